import ArgumentParser
import GatewayRuntime
import Postgres

/// The flags of a command that reads or changes something in the database, whoever's it is.
struct CommandAccess: ParsableArguments {
    @OptionGroup var databaseFlags: DatabaseFlags

    @Flag(help: "Print JSON.")
    var json = false

    /// Lends the database to `body`.
    func withDatabase<Result: Sendable>(_ body: (PostgresClient) async throws -> Result) async throws -> Result {
        try await databaseFlags.withDatabase(body)
    }
}

extension DatabaseFlags {
    /// Lends the database that the flags and the environment name to `body`.
    func withDatabase<Result: Sendable>(_ body: (PostgresClient) async throws -> Result) async throws -> Result {
        try await DatabaseAccess.with(CommandSettings.read([self], DatabaseConfiguration.readChecked), body)
    }
}
