import GatewayAPI
import Logging
import Postgres
import ServiceLifecycle
import TestSupport
import WebhookCore
import WebhookStore
import GatewayCrypto

/// A server under test, in this process, spoken to over real sockets.
struct Gateway: Sendable {
    static let adminKey = "test-admin-key"
    static let master = [UInt8](repeating: 7, count: 32)

    let port: Int
    /// For looks past the API.
    let database: PostgresClient

    /// Sends one request on a connection of its own.
    ///
    /// - Parameters:
    ///   - key: `nil`: without `Authorization`.
    ///   - type: of the body; `nil`: not said.
    ///   - headers: more of them.
    @discardableResult
    func send(
        _ method: String, _ target: String, _ body: String? = nil, key: String? = Gateway.adminKey,
        type: String? = "application/json", headers: [(name: String, value: String)] = []
    ) async throws -> Answer {
        let bytes = Array((body ?? "").utf8)
        var head = "\(method) \(target) HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n"
        if let key { head += "Authorization: Bearer \(key)\r\n" }
        if body != nil { head += "Content-Length: \(bytes.count)\r\n" }
        if body != nil, let type { head += "Content-Type: \(type)\r\n" }
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        let connection = try RawConnection(port: port)
        try await connection.send(Array("\(head)\r\n".utf8) + bytes)
        return try await connection.answer(hasBody: method != "HEAD")
    }

    /// Pushes to a source, as an outside system does: without a key.
    func push(_ target: String, _ body: String, _ headers: [(String, String)]) async throws -> Answer {
        let bytes = Array(body.utf8)
        var head = "POST \(target) HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\nContent-Length: \(bytes.count)\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        let connection = try RawConnection(port: port)
        try await connection.send(Array("\(head)\r\n".utf8) + bytes)
        return try await connection.answer()
    }

    /// The id of a subscription just made.
    func subscribe(_ members: String = "") async throws -> String {
        let body = #"{"name": "s", "url": "https://receiver.example/hook", "events": ["*"]\#(members)}"#
        let answer = try await send("POST", "/v1/subscriptions", body)
        guard answer.status == 201, let id = try answer.string("id") else { throw UnexpectedAnswer(answer: answer) }
        return id
    }

    /// A key just made.
    func makeKey(role: String, tenant: String? = nil) async throws -> (id: String, key: String) {
        let tenantMember = tenant.map { #", "tenant": "\#($0)""# } ?? ""
        let answer = try await send("POST", "/v1/keys", #"{"name": "k", "role": "\#(role)"\#(tenantMember)}"#)
        guard answer.status == 201, let id = try answer.string("id"), let key = try answer.string("key") else {
            throw UnexpectedAnswer(answer: answer)
        }
        return (id, key)
    }

    /// How many rows there are of everything a request can make.
    func storedRows() async throws -> Int64 {
        try await database.execute(CountStoredRows()).first ?? -1
    }

    func run(_ sql: String) async throws {
        try await database.withSession { session in try await session.script(sql) }
    }
}

struct UnexpectedAnswer: Error, CustomStringConvertible {
    let answer: Answer

    var description: String { "\(answer.status): \(answer.text)" }
}

private struct CountStoredRows: Statement {
    static let sql = """
        SELECT (SELECT count(*) FROM martlet.events) + (SELECT count(*) FROM martlet.pending)
            + (SELECT count(*) FROM martlet.waiting) + (SELECT count(*) FROM martlet.idempotency_keys)
            + (SELECT count(*) FROM martlet.subscriptions) + (SELECT count(*) FROM martlet.subscription_versions)
            + (SELECT count(*) FROM martlet.api_keys)
        """

    static func decode(_ row: inout RowReader) throws(PostgresError) -> Int64 { try row.int64() }
}

/// Serves a migrated database of its own for `body`.
func withGateway(
    keywords: [String] = [], limits: ConnectionLimits = ConnectionLimits(), _ body: (Gateway) async throws -> Void
) async throws {
    try await Turnstile.shared.pass {
        try await withDatabase(template: .migrated) { url in
            try await withGateway(on: url, keywords: keywords, limits: limits, body)
        }
    }
}

/// Serves the database at `url`, whatever is there, for `body`.
func withGateway(
    on url: String, keywords: [String] = [], limits: ConnectionLimits = ConnectionLimits(),
    _ body: (Gateway) async throws -> Void
) async throws {
    let logger = Logger(label: "gateway-under-test") { _ in SwiftLogNoOpLogHandler() }
    let database = PostgresClient(
        PostgresConfiguration(url: url, applicationName: "gateway-test", deadline: DatabaseDeadline.request),
        logger: logger)
    let (ports, bound) = AsyncStream<Int>.makeStream()
    let configuration = GatewayServerConfiguration(
        host: "127.0.0.1", port: 0, adminKey: Gateway.adminKey,
        secretVault: SecretVault(try SecretBox(masterKeys: [Gateway.master])), sensitiveKeywords: keywords,
        limits: limits)
    let server = GatewayServer(configuration, database: database, logger: logger) { bound.yield($1) }
    let group = ServiceGroup(services: [server], logger: logger)
    let running = Task {
        defer { bound.finish() }
        try await group.run()
    }
    let port = await ports.first { _ in true }
    let outcome: Result<Void, any Error>
    do {
        guard let port else { throw CancellationError() }
        try await body(Gateway(port: port, database: database))
        outcome = .success(())
    } catch {
        outcome = .failure(error)
    }
    await group.triggerGracefulShutdown()
    let ended = await running.result
    await database.shutdown()
    try outcome.get()
    try ended.get()
}

extension DatabaseTemplate {
    static let migrated = DatabaseTemplate(name: "migrated for the API") { url in
        let client = PostgresClient(
            PostgresConfiguration(url: url), logger: Logger(label: "migration") { _ in SwiftLogNoOpLogHandler() })
        _ = try await Migrator(client).run()
        await client.shutdown()
    }
}
