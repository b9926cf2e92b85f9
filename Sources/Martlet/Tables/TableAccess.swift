import ArgumentParser
import GatewayCrypto
import GatewayRuntime
import JSONFilter
import WebhookCore
import WebhookStore

/// The flags that every `martlet tables` command has.
struct TableAccess: ParsableArguments {
    @OptionGroup var databaseFlags: DatabaseFlags

    @Option(help: "Whose tables.")
    var tenant = "default"

    @Flag(help: "Print JSON.")
    var json = false

    /// Lends the tables in the database to `body`.
    func withStore<Result: Sendable>(_ body: (TableStore) async throws -> Result) async throws -> Result {
        try await databaseFlags.withDatabase { try await body(TableStore($0)) }
    }

    /// Replaces the secret of a table, which needs the master key; `nil`: it has none from now on.
    func setSecret(_ secret: TableSecret?, of id: TableID) async throws {
        let (database, box) = try CommandSettings.read([databaseFlags]) {
            settings -> (DatabaseConfiguration, SecretBox)? in
            let database = DatabaseConfiguration.readChecked(from: &settings)
            let box = SecretBox.read(from: &settings)
            guard let database, let box else { return nil }
            return (database, box)
        }
        try await DatabaseAccess.with(database) { client in
            let store = PushStore(client, vault: SecretVault(box))
            guard try await store.setSecret(secret, of: id, tenant: tenant) else { throw noTable(id) }
        }
    }

    func noTable(_ id: TableID) -> CommandError {
        CommandError("the tenant \(tenant) has no table \(id)")
    }

    /// Prints a table, as JSON with its document.
    func show(_ found: StoredTableDocument) {
        if json {
            StandardStreams.print(JSONWriter.table(found).bytes)
        } else {
            StandardStreams.print(TableSheet.text(found.table))
        }
    }
}
