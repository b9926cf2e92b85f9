import Postgres

/// How long the views of the statistics take with five million attempts of 10,000 subscriptions and a million deliveries
/// that wait: for one subscription, and for all of them.
struct StatisticsRow: BenchmarkRow {
    static let name = "statistics"

    private static let rounds = 9
    /// Milliseconds.
    private static let oneMax = 20.0
    private static let allMax = 200.0

    private func subscriptions(_ bench: Bench) -> Int { bench.isQuick ? 500 : 10_000 }
    private func attempts(_ bench: Bench) -> Int { bench.isQuick ? 50_000 : 5_000_000 }
    private func backlog(_ bench: Bench) -> Int { bench.isQuick ? 10_000 : 1_000_000 }

    func setUp(_ bench: Bench) async throws -> Gateway {
        let gateway = try await Gateway.make(bench)
        Progress.say("statistics: storing \(attempts(bench)) attempts")
        try await gateway.subscribeUnsendably(to: (0..<subscriptions(bench)).map(SampleEvent.eventName))
        try await gateway.client.execute(
            StoreAttempts(count: attempts(bench), subscriptions: subscriptions(bench)), deadline: .seconds(600))
        try await gateway.client.execute(
            StorePending(count: backlog(bench), subscriptions: subscriptions(bench)), deadline: .seconds(600))
        Progress.say("statistics: counting them")
        var counted = 0
        while counted < attempts(bench) {
            counted += try await gateway.client.execute(CountAttempts(), deadline: .seconds(60)).first ?? 0
            // A day of autovacuum in a minute: else hours that are over leave their space behind.
            try await gateway.client.withSession { session in try await session.script("VACUUM martlet.open_statistics")
            }
        }
        try await gateway.client.withSession { session in
            try await session.script("VACUUM (ANALYZE)", deadline: .seconds(600))
        }
        return gateway
    }

    func tearDown(_ gateway: Gateway) async {
        await gateway.remove()
    }

    func measure(_ gateway: Gateway, _ bench: Bench) async throws -> [Finding] {
        Progress.say("statistics")
        let subscription = Int32(subscriptions(bench) / 2)
        return [
            try await quantity("webhook_stats, one subscription", atMost: Self.oneMax) {
                try await gateway.client.execute(ReadStats(subscription: subscription))
            },
            try await quantity("webhook_stats, all", atMost: Self.allMax) {
                try await gateway.client.execute(ReadAllStats())
            },
            try await quantity("webhook_health, one subscription", atMost: Self.oneMax) {
                try await gateway.client.execute(ReadHealth(subscription: subscription))
            },
            try await quantity("webhook_health, all", atMost: Self.allMax) {
                try await gateway.client.execute(ReadAllHealth())
            },
        ]
    }

    /// The median of some rounds, after one that warms up.
    private func quantity(
        _ what: String, atMost: Double, _ read: () async throws -> Void
    ) async throws -> Finding {
        var times: [Double] = []
        for round in 0...Self.rounds {
            let start = MonotonicClock.now
            try await read()
            if round > 0 { times.append(Double(MonotonicClock.now - start) / 1e6) }
        }
        return .quantity(
            QuantityFinding(what: what, figure: Statistics.median(times), unit: "ms", atMost: atMost))
    }
}

/// Over the last 24 hours, one after the other; one in 50 failed.
private struct StoreAttempts: Statement {
    let count: Int
    let subscriptions: Int

    static let sql = """
        INSERT INTO martlet.attempts (
            id, delivery_id, event_id, sent_at, subscription_id, version, duration_ms, worker, attempt, outcome, tenant,
            signature, error_message) \(ownStatementMark)
        SELECT martlet.id_floor(now() - (1 - n::double precision / $1) * interval '24 hours') + n, n, n, now(),
               1 + (n * 7919) % $2, 1, (5 + exp(random() * 6))::int, 1, 1, CASE WHEN n % 50 = 0 THEN 'r' ELSE 'd' END::"char",
               'default', repeat('x', 48), CASE WHEN n % 50 = 0 THEN 'HTTP 500' END
        FROM generate_series(1, $1) AS n
        """

    func encode(into parameters: inout Parameters) {
        parameters.int8(Int64(count))
        parameters.int8(Int64(subscriptions))
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) {}
}

private struct StorePending: Statement {
    let count: Int
    let subscriptions: Int

    static let sql = """
        INSERT INTO martlet.pending (id, event_id, subscription_id, tenant) \(ownStatementMark)
        SELECT martlet.id_floor(now()) + n, n, 1 + n % $2, 'default' FROM generate_series(1, $1) AS n
        """

    func encode(into parameters: inout Parameters) {
        parameters.int8(Int64(count))
        parameters.int8(Int64(subscriptions))
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) {}
}

private struct CountAttempts: Statement {
    static let sql = "SELECT counted FROM martlet.roll_up(50000) \(ownStatementMark)"
    static func decode(_ row: inout RowReader) throws(PostgresError) -> Int { try Int(row.int32()) }
}

private struct ReadStats: Statement {
    let subscription: Int32

    static let sql = "SELECT * FROM martlet.webhook_stats WHERE subscription_id = $1 \(ownStatementMark)"
    func encode(into parameters: inout Parameters) { parameters.int4(subscription) }
    static func decode(_ row: inout RowReader) throws(PostgresError) {}
}

private struct ReadAllStats: Statement {
    static let sql = """
        SELECT count(*), sum(attempts), sum(delivered), sum(failed), avg(success_rate), max(p99_ms) \(ownStatementMark)
        FROM martlet.webhook_stats
        """
    static func decode(_ row: inout RowReader) throws(PostgresError) {}
}

private struct ReadHealth: Statement {
    let subscription: Int32

    static let sql = "SELECT * FROM martlet.webhook_health WHERE subscription_id = $1 \(ownStatementMark)"
    func encode(into parameters: inout Parameters) { parameters.int4(subscription) }
    static func decode(_ row: inout RowReader) throws(PostgresError) {}
}

private struct ReadAllHealth: Statement {
    static let sql = "SELECT * FROM martlet.webhook_health \(ownStatementMark)"
    static func decode(_ row: inout RowReader) throws(PostgresError) {}
}
