import ArgumentParser
import WebhookCore
import WebhookStore

/// `martlet tables update`
struct UpdateTable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "update", abstract: "Change a table; what is not given stays as it is.")

    @Argument(help: "The table's id.")
    var id: TableID

    @Option(help: "Its title.")
    var title: String?

    @OptionGroup var flags: TableFlags
    @OptionGroup var access: TableAccess

    func run() async throws {
        let changes = try flags.changes(title: title)
        guard !changes.isEmpty else { throw UsageError("nothing to change: give --title, --name, --public or --data") }
        let changed = try await access.withStore { store in
            let changed = try await naming(changes.name, in: access.tenant) {
                try await store.change(id, changes, tenant: access.tenant)
            }
            guard let changed else { throw access.noTable(id) }
            return changed
        }
        access.show(changed)
    }
}
