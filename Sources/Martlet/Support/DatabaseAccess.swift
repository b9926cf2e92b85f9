import GatewayRuntime
import Logging
import Postgres

/// Connections to the gateway's database for the length of one command.
enum DatabaseAccess {
    /// A command has one thing to do; the second connection is for what it waits for meanwhile.
    private static let connectionsMax = 2
    /// How long a database that does not answer is waited for.
    private static let connectDeadline: Duration = .seconds(5)

    /// Connects, lends the client to `body`, and closes.
    ///
    /// - Throws: what `body` throws, made clearer where the database is not one of the gateway's.
    static func with<Result: Sendable>(
        _ configuration: DatabaseConfiguration, _ body: (PostgresClient) async throws -> Result
    ) async throws -> Result {
        let client = PostgresClient(
            PostgresConfiguration(
                url: configuration.url.value, applicationName: "martlet", connectionsMax: connectionsMax,
                sessionSettings: DatabaseSession.settings),
            logger: Logger(label: "martlet.postgres") { _ in SwiftLogNoOpLogHandler() })
        let result: Result
        do {
            // A command at a terminal says soon that nobody answers.
            try await client.withSession(deadline: connectDeadline) { _ in }
            result = try await body(client)
        } catch {
            await client.shutdown()
            throw explained(error)
        }
        await client.shutdown()
        return result
    }

    private static func explained(_ error: any Error) -> any Error {
        let missingSchema: Set<SQLState> = ["3F000", .undefinedTable, .undefinedFunction, .undefinedColumn]
        guard let state = (error as? PostgresError)?.state, missingSchema.contains(state) else { return error }
        return CommandError("the database does not have this release's schema: run `martlet migrate`\n(\(error))")
    }
}
