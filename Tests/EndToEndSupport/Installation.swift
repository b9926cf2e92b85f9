import PrivatePostgres
public import TestSupport

/// The gateway as an operator runs it: a migrated database, an `ingest-server`, and as many workers as a test starts.
/// All of it real programs that speak over real sockets.
public struct Installation: Sendable {
    public static let adminKey = "mk_end-to-end-admin"
    /// Base64 of 32 bytes.
    public static let masterKey = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="

    public let databaseURL: String
    public let database: Database
    /// The environment of every program.
    public let environment: [String: String]

    private init(databaseURL: String, database: Database, environment: [String: String]) {
        self.databaseURL = databaseURL
        self.database = database
        self.environment = environment
    }

    /// Starts an `ingest-server`, lends it to `body`, and ends it by kill -9 if `body` has not.
    ///
    /// - Parameter port: 0 lets the system choose.
    public func withIngestServer<Result>(
        port: Int = 0, _ body: (GatewayClient, ChildProcess) async throws -> Result
    ) async throws -> Result {
        try await withChildProcess(
            .ingestServer, ["--listen", "127.0.0.1:\(port)"], environment: environment
        ) { server in
            let line = try await server.line(containing: "listening on ").text
            guard let port = Self.port(in: line) else { throw NoPort(line: line) }
            return try await body(GatewayClient(port: port, key: Self.adminKey), server)
        }
    }

    /// Starts a `delivery-worker`, lends it to `body` once it can claim, and ends it by kill -9 if `body` has not.
    ///
    /// - Parameter changes: of the environment.
    public func withWorker<Result>(
        _ arguments: [String] = [], environment changes: [String: String] = [:],
        _ body: (ChildProcess) async throws -> Result
    ) async throws -> Result {
        let all = environment.merging(changes) { $1 }
        return try await withChildProcess(.deliveryWorker, arguments, environment: all) { worker in
            try await worker.line(containing: "worker registered")
            return try await body(worker)
        }
    }

    /// Runs a worker until nothing is due.
    public func drain(within limit: Duration = .seconds(60)) async throws {
        let exit = try await withChildProcess(.deliveryWorker, ["--drain"], environment: environment) { worker in
            try await worker.waitForExit(within: limit)
        }
        guard exit == .exited(0) else { throw NotDrained(exit: exit) }
    }

    private static func port(in line: String) -> Int? {
        line.firstRange(of: "127.0.0.1:").flatMap { Int(line[$0.upperBound...].prefix { $0.isNumber }) }
    }

    /// Makes the installation in the database at `url`, whatever is there, and lends it to `body`.
    public static func with<Result>(
        databaseURL url: String, environment changes: [String: String] = [:],
        _ body: (Installation) async throws -> Result
    ) async throws -> Result {
        let environment = [
            "DATABASE_URL": url,
            "MARTLET_MASTER_KEY": masterKey,
            "MARTLET_ADMIN_KEY": adminKey,
            "MARTLET_ALLOW_HTTP": "true",
            "MARTLET_ALLOW_ADDRESSES": "127.0.0.1/32",
            "MARTLET_WORKER_LISTEN": "",
        ].merging(changes) { $1 }
        return try await Database.with(url) { database in
            try await body(Installation(databaseURL: url, database: database, environment: environment))
        }
    }
}

/// A database migrated by `martlet migrate`, for `body` alone.
public func withMigratedDatabase(
    environment: [String: String] = [:], _ body: (Installation) async throws -> Void
) async throws {
    try await Slots.shared.withSlot {
        try await withDatabase(template: .migrated) { url in
            try await Installation.with(databaseURL: url, environment: environment, body)
        }
    }
}

/// The same with an `ingest-server`.
public func withInstallation(
    environment: [String: String] = [:], _ body: (Installation, GatewayClient) async throws -> Void
) async throws {
    try await withMigratedDatabase(environment: environment) { installation in
        try await installation.withIngestServer { client, _ in try await body(installation, client) }
    }
}

extension DatabaseTemplate {
    /// What `martlet migrate` makes of an empty database.
    public static let migrated = DatabaseTemplate(name: "migrated by martlet") { url in
        let exit = try await withChildProcess(.martlet, ["migrate"], environment: ["DATABASE_URL": url]) { martlet in
            try await martlet.waitForExit()
        }
        guard exit == .exited(0) else { throw NotMigrated(exit: exit) }
    }
}

struct NoPort: Error, CustomStringConvertible {
    let line: String

    var description: String { "no port in: \(line)" }
}

struct NotDrained: Error, CustomStringConvertible {
    let exit: ProcessExit

    var description: String { "delivery-worker --drain ended with \(exit)" }
}

struct NotMigrated: Error, CustomStringConvertible {
    let exit: ProcessExit

    var description: String { "martlet migrate ended with \(exit)" }
}
