import ArgumentParser
import PushRecipes
import WebhookCore

/// `martlet tables recipes`
struct ShowRecipes: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recipes", abstract: "Print how outside systems push into a table.",
        discussion: """
            One recipe for each: a shell, Python, PHP, Zapier, n8n, Make. None holds the secret; each says where it goes. \
            Nothing is asked of the database.
            """)

    @Argument(help: "The table's id.")
    var id: TableID

    @Option(help: ArgumentHelp("The gateway as outside systems see it.", valueName: "url"))
    var address = "http://127.0.0.1:8080"

    @Option(help: ArgumentHelp("Print only this file, e.g. push.sh, as it is.", valueName: "file"))
    var only: String?

    func run() throws {
        guard let address = PushAddress(base: address, table: id.rawValue) else {
            throw UsageError("--address: must be a URL such as https://gateway.example")
        }
        let recipes = PushRecipe.all(for: address)
        guard let only else {
            for recipe in recipes {
                StandardStreams.print("\(recipe.title) (\(recipe.file))\n\n\(recipe.text)")
            }
            return
        }
        guard let recipe = recipes.first(where: { $0.file == only }) else {
            throw UsageError("--only: there are \(recipes.map(\.file).joined(separator: ", "))")
        }
        // Its last line break is the one that `print` writes.
        StandardStreams.print(String(recipe.text.dropLast()))
    }
}
