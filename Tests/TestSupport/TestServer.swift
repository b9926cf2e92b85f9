import Glibc
import Logging
public import PrivatePostgres

/// The PostgreSQL server that the tests of this process share, one database each.
///
/// It is a private one, started when the first test asks for it and gone with the process. With `DATABASE_URL` set it
/// is that server instead, where the tests make databases of their own and drop them; roles belong to the whole server,
/// so a test must leave them as it found them.
public struct TestServer: Sendable {
    /// A database of the server that no test changes.
    public let url: String

    private let databases: DatabaseCommands
    private let templates = DatabaseTemplates()
    /// Every database of this run begins with it.
    private let databasePrefix: String
    /// Ends with the process, and so does what it watches over.
    private let keeper: Keeper

    private enum Keeper: Sendable {
        case server(PrivatePostgres)
        case janitor(SupervisedProcess)
    }

    /// The server, started on first use.
    public static var shared: TestServer {
        get async throws { try await starting.value }
    }

    private static let starting = Task { try await start() }

    private static func start() async throws -> TestServer {
        let databasePrefix = "martlet_test_\(RandomName.make(8))_"
        if let url = getenv("DATABASE_URL").map({ String(cString: $0) }), !url.isEmpty {
            return TestServer(
                url: url,
                databases: DatabaseCommands(server: url),
                databasePrefix: databasePrefix,
                keeper: .janitor(try await DatabaseJanitor.start(server: url, prefix: databasePrefix)))
        }
        let server = try await PrivatePostgres.start(
            in: "/tmp/martlet-test-\(RandomName.make(12))",
            options: PrivatePostgresOptions(settings: ["max_connections": "400"], isScratch: true),
            logger: Logger(label: "test-server"))
        return TestServer(
            url: server.url(),
            databases: server.databases,
            databasePrefix: databasePrefix,
            keeper: .server(server))
    }

    /// Creates a database, lends its URL to `body`, and drops it.
    ///
    /// - Parameter template: what the database starts from; `nil` means empty. About 30 ms either way.
    @discardableResult
    public func withDatabase<Result>(
        template: DatabaseTemplate? = nil, _ body: (_ url: String) async throws -> Result
    ) async throws -> Result {
        var source: String?
        if let template {
            source = try await templates.database(of: template) {
                try await newDatabase()
            } url: {
                self.url(of: $0)
            }
        }
        let name = try await newDatabase(copying: source)
        let result: Result
        do {
            result = try await body(url(of: name))
        } catch {
            // The test's own failure is the news, not what becomes of its database.
            try? await databases.drop(name)
            throw error
        }
        try await databases.drop(name)
        return result
    }

    private func newDatabase(copying template: String? = nil) async throws -> String {
        let name = databasePrefix + RandomName.make(12)
        try await databases.create(name, template: template)
        return name
    }

    private func url(of database: String) -> String {
        switch keeper {
        case .server(let server): server.url(database: database)
        case .janitor: ConnectionURL.replacingDatabase(in: url, with: database)
        }
    }
}

/// Creates an empty database on the shared server, lends its URL to `body`, and drops it.
@discardableResult
public func withDatabase<Result>(
    template: DatabaseTemplate? = nil, _ body: (_ url: String) async throws -> Result
) async throws -> Result {
    try await TestServer.shared.withDatabase(template: template, body)
}

/// Lends a server to `body` that it may stop, restart and kill: nobody else uses it.
///
/// - Parameter options: scratch, unless said otherwise: a server whose machine stays alive loses nothing without fsync.
@discardableResult
public func withDedicatedServer<Result>(
    options: PrivatePostgresOptions = PrivatePostgresOptions(isScratch: true),
    _ body: (PrivatePostgres) async throws -> Result
) async throws -> Result {
    let server = try await PrivatePostgres.start(
        in: "/tmp/martlet-test-\(RandomName.make(12))", options: options, logger: Logger(label: "dedicated-server"))
    let result: Result
    do {
        result = try await body(server)
    } catch {
        try? await server.remove()
        throw error
    }
    try await server.remove()
    return result
}
