import ArgumentParser
import WebhookCore

/// `martlet tables delete`
struct DeleteTable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a table with its rows and its secret.")

    @Argument(help: "The table's id.")
    var id: TableID

    @OptionGroup var access: TableAccess

    func run() async throws {
        try await access.withStore { store in
            guard try await store.delete(id, tenant: access.tenant) else { throw access.noTable(id) }
        }
        if !access.json { StandardStreams.print("deleted table \(id)") }
    }
}
