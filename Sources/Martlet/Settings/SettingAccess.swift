import ArgumentParser
import GatewayRuntime
import WebhookStore

/// The flags that every `martlet settings` command has.
struct SettingAccess: ParsableArguments {
    @OptionGroup var databaseFlags: DatabaseFlags

    @Flag(help: "Print JSON.")
    var json = false

    /// Lends the settings in the database to `body`.
    func withStore<Result: Sendable>(_ body: (SettingStore) async throws -> Result) async throws -> Result {
        let database = try CommandSettings.read([databaseFlags], DatabaseConfiguration.readChecked)
        return try await DatabaseAccess.with(database) { client in try await body(SettingStore(client)) }
    }
}
