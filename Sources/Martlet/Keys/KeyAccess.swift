import ArgumentParser
import GatewayRuntime
import WebhookStore

/// The flags that every `martlet keys` command has.
struct KeyAccess: ParsableArguments {
    @OptionGroup var databaseFlags: DatabaseFlags

    @Flag(help: "Print JSON.")
    var json = false

    /// Lends the keys in the database to `body`.
    func withStore<Result: Sendable>(_ body: (KeyStore) async throws -> Result) async throws -> Result {
        let database = try CommandSettings.read([databaseFlags], DatabaseConfiguration.readChecked)
        return try await DatabaseAccess.with(database) { client in try await body(KeyStore(client)) }
    }
}
