import PushRecipes
import Testing

struct PushRecipeTests {
    @Test func `there is a recipe for each of the systems that people ask for`() throws {
        let recipes = PushRecipe.all(for: try #require(PushAddress(base: "https://g.example", table: 1)))
        #expect(recipes.map(\.file) == ["push.sh", "push.py", "push.php", "zapier.js", "n8n.json", "make.md"])
        #expect(recipes.allSatisfy { $0.title != $0.file })
    }

    @Test func `every file of deploy recipes is one, but the page that lists them`() throws {
        let recipes = PushRecipe.all(for: try #require(PushAddress(base: "https://g.example", table: 1)))
        #expect(try RecipeFiles.names() == (recipes.map(\.file) + ["README.md"]).sorted())
    }

    @Test func `a recipe is its file with the address of the table`() throws {
        let address = try #require(PushAddress(base: "https://hooks.example:8443", table: 42))
        for recipe in PushRecipe.all(for: address) {
            let file = try RecipeFiles.text(of: recipe.file)
            #expect(file.contains("https://gateway.example/v1/tables/1/webhook"))
            #expect(recipe.text.contains("https://hooks.example:8443/v1/tables/42/webhook"))
            #expect(!recipe.text.contains("gateway.example"))
            #expect(
                recipe.text.split(separator: "https://hooks.example:8443/v1/tables/42/webhook")
                    == file.split(separator: "https://gateway.example/v1/tables/1/webhook"))
        }
    }
}
