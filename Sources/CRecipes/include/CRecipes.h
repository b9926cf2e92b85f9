#ifndef MARTLET_RECIPES_H
#define MARTLET_RECIPES_H

#include <stddef.h>

/// One file of deploy/recipes, embedded in the binary.
struct martlet_recipe_file {
    const char *_Nonnull name;
    /// UTF-8, not terminated.
    const unsigned char *_Nonnull text;
    size_t length;
};

/// In the order in which they are shown.
const struct martlet_recipe_file *_Nonnull martlet_recipes_list(void);
extern const size_t martlet_recipes_count;

#endif
