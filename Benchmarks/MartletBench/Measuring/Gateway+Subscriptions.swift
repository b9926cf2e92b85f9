import Curl
import Postgres

/// A subscription as a benchmark wants it.
struct SampleSubscription: Sendable {
    var name = "bench"
    var patterns: [String]
    var url: String
    /// Of one request; `nil`: the default.
    var timeoutSeconds: Int?

    fileprivate var json: [UInt8] {
        let events = patterns.map { "\"\($0)\"" }.joined(separator: ",")
        let timeout = timeoutSeconds.map { #","timeout":\#($0)"# } ?? ""
        return Array(#"{"name":"\#(name)","url":"\#(url)","events":[\#(events)]\#(timeout)}"#.utf8)
    }
}

extension Gateway {
    /// Subscribes to one event name each, over HTTP.
    func subscribe(_ count: Int, to url: String, ingestPort: UInt16) async throws {
        try await subscribe(
            (0..<count).map { SampleSubscription(patterns: [SampleEvent.eventName($0)], url: url) },
            ingestPort: ingestPort)
    }

    /// Subscribes over HTTP, some at a time.
    func subscribe(_ subscriptions: [SampleSubscription], ingestPort: UInt16) async throws {
        let curl = CurlClient(configuration: CurlConfiguration { _ in true })
        do {
            var rest = subscriptions[...]
            while !rest.isEmpty {
                let group = rest.prefix(Self.subscriptionsAtOnce)
                rest = rest.dropFirst(Self.subscriptionsAtOnce)
                try await withThrowingTaskGroup(of: Void.self) { tasks in
                    for subscription in group {
                        tasks.addTask { try await subscribe(subscription, curl, ingestPort: ingestPort) }
                    }
                    try await tasks.waitForAll()
                }
            }
        } catch {
            await curl.shutdown(grace: .zero)
            throw error
        }
        await curl.shutdown(grace: .zero)
    }

    private static let subscriptionsAtOnce = 32

    private func subscribe(_ subscription: SampleSubscription, _ curl: CurlClient, ingestPort: UInt16) async throws {
        let (result, _) = await curl.send(
            HTTPRequest(
                url: "http://127.0.0.1:\(ingestPort)/v1/subscriptions", headers: Self.requestHeaders,
                body: subscription.json))
        let response = try result.get()
        guard response.status == 201 else {
            throw HelperError(
                "a subscription was answered with \(response.status): \(String(decoding: response.body, as: UTF8.self))"
            )
        }
    }

    static var requestHeaders: [(name: String, value: String)] {
        [
            (name: "Authorization", value: "Bearer \(adminKey)"),
            (name: "Content-Type", value: "application/json"),
        ]
    }

    /// Subscribes to one pattern each, with secrets that nobody can sign with: for what matches and does not send.
    func subscribeUnsendably(to patterns: [String]) async throws {
        var rest = patterns[...]
        while !rest.isEmpty {
            try await client.execute(InsertUnsendable(patterns: Array(rest.prefix(Self.insertedAtOnce))))
            rest = rest.dropFirst(Self.insertedAtOnce)
        }
    }

    private static let insertedAtOnce = 5_000

    /// Switches on what the circuit breaker has switched off, as an administrator would.
    ///
    /// - Returns: how many subscriptions were off.
    func reactivateAll() async throws -> Int {
        try await client.affectedRows(by: ReactivateSubscriptions())
    }
}

private struct InsertUnsendable: Statement {
    let patterns: [String]

    static let sql = """
        INSERT INTO martlet.subscriptions (name, url, events, secret)
        SELECT 'bench', 'https://example.com/', ARRAY[pattern], ''::bytea \(ownStatementMark)
        FROM unnest($1) AS pattern
        """

    func encode(into parameters: inout Parameters) {
        parameters.textArray(patterns)
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) {}
}

private struct ReactivateSubscriptions: Statement {
    static let sql = """
        UPDATE martlet.subscriptions
        SET active = true, disabled_reason = NULL, failure_count = 0 \(ownStatementMark)
        WHERE NOT active
        """

    static func decode(_ row: inout RowReader) throws(PostgresError) {}
}
