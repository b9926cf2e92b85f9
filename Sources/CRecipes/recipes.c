#include "CRecipes.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

// A new file of deploy/recipes needs its bytes here and its line in the table below; a test finds a missing one.

static const unsigned char push_sh[] = {
#embed "../../deploy/recipes/push.sh"
};
static const unsigned char push_py[] = {
#embed "../../deploy/recipes/push.py"
};
static const unsigned char push_php[] = {
#embed "../../deploy/recipes/push.php"
};
static const unsigned char zapier_js[] = {
#embed "../../deploy/recipes/zapier.js"
};
static const unsigned char n8n_json[] = {
#embed "../../deploy/recipes/n8n.json"
};
static const unsigned char make_md[] = {
#embed "../../deploy/recipes/make.md"
};

static const struct martlet_recipe_file recipes[] = {
    {"push.sh", push_sh, sizeof push_sh},
    {"push.py", push_py, sizeof push_py},
    {"push.php", push_php, sizeof push_php},
    {"zapier.js", zapier_js, sizeof zapier_js},
    {"n8n.json", n8n_json, sizeof n8n_json},
    {"make.md", make_md, sizeof make_md},
};

const struct martlet_recipe_file *martlet_recipes_list(void) { return recipes; }
const size_t martlet_recipes_count = sizeof recipes / sizeof recipes[0];
