import GatewayRuntime
import Logging
import PrivatePostgres

/// The database of `martlet dev`.
struct DevDatabase: Sendable {
    let configuration: DatabaseConfiguration
    /// For people.
    let description: String
    /// `nil`: a server that is not ours to stop.
    private let server: PrivatePostgres?

    static func start(_ settings: DevSettings, _ directory: DevDirectory, _ logger: Logger) async throws -> DevDatabase
    {
        if let configuration = settings.database {
            return DevDatabase(configuration: configuration, description: "\(configuration)", server: nil)
        }
        let server = try await PrivatePostgres.start(in: directory.postgres, logger: logger)
        return DevDatabase(
            configuration: DatabaseConfiguration(url: server.url()),
            description: "PostgreSQL \(server.binaries.majorVersion) of its own in \(server.directory)", server: server)
    }

    func stop() async {
        await server?.stop()
    }
}
