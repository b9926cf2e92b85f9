import ArgumentParser
import WebhookCore
import WebhookStore

/// `martlet tables create`
struct CreateTable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make a table. Nobody pushes into it before it has a secret.")

    @Argument(help: "Its title.")
    var title: String

    @OptionGroup var flags: TableFlags
    @OptionGroup var access: TableAccess

    func run() async throws {
        let changes = try flags.changes(title: title)
        guard let title = changes.title else { throw UsageError("a table needs a title") }
        let made = try await access.withStore { store in
            try await naming(changes.name, in: access.tenant) {
                try await store.create(
                    title: title, name: changes.name?.text, base: TableName(derivedFrom: title).text,
                    isPublic: changes.isPublic ?? false, document: changes.document ?? TableDocument(),
                    tenant: access.tenant)
            }
        }
        access.show(made)
    }
}
