import PushRecipes
import WebhookCore
import WebhookStore

/// The section "Webhook Push" of a table, as the template `push` shows it.
struct PushView: Sendable {
    struct Recipe: Sendable {
        let title: String
        let file: String
        let text: String
    }

    let link: String
    let address: String
    /// Where senders of another system push to already.
    let otherAddress: String
    let acceptsPushes: Bool
    let mayChange: Bool
    /// Shown this once.
    let hasSecret: Bool
    let secret: String
    let recipes: [Recipe]

    init(of table: StoredTable, origin: RequestOrigin, mayChange: Bool, secret: TableSecret?) {
        link = "/ui/tables/\(table.id)"
        // A host that no address can hold is not repeated: it would stand in programs that people copy.
        let base =
            PushAddress(base: origin.description, table: table.id.rawValue) == nil ? Self.example : origin.description
        address = "\(base)/v1/tables/\(table.id)/webhook"
        otherAddress = "\(base)/wp-json/mm-table/v1/tables/\(table.id)/webhook"
        acceptsPushes = table.acceptsPushes
        self.mayChange = mayChange
        (hasSecret, self.secret) = (secret != nil, secret?.text ?? "")
        recipes =
            PushAddress(base: base, table: table.id.rawValue).map(PushRecipe.all)?.map {
                Recipe(title: $0.title, file: $0.file, text: $0.text)
            } ?? []
    }

    private static let example = "https://gateway.example"
}
