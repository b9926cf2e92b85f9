import ArgumentParser
import WebhookCore

/// `martlet tables show`
struct ShowTable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a table; with --json its document, too; never its secret.")

    @Argument(help: "The table's id.")
    var id: TableID

    @OptionGroup var access: TableAccess

    func run() async throws {
        access.show(
            try await access.withStore { store in
                guard let found = try await store.document(id, tenant: access.tenant) else { throw access.noTable(id) }
                return found
            })
    }
}
