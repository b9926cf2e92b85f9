import Postgres

/// Events a second from HTTP in to HTTP out at the end of two minutes in which a transaction elsewhere stays open ÷
/// without it. Nothing can be vacuumed meanwhile.
struct TransactionRow: BenchmarkRow {
    static let name = "transaction"

    private static let subscriptions = 50

    func setUp(_ bench: Bench) async throws -> RunningGateway {
        try await RunningGateway.start(bench, subscriptions: Self.subscriptions)
    }

    func tearDown(_ stage: RunningGateway) async {
        await stage.stop()
    }

    func measure(_ stage: RunningGateway, _ bench: Bench) async throws -> [Finding] {
        let (free, held) = bench.isQuick ? (2, 8) : (15, 120)
        // Of both: the end of it.
        let window = bench.isQuick ? 1 : 10
        Progress.say("transaction: \(free) s without")
        let without = try await pass(free, stage, bench, what: "through, no transaction")
        Progress.say("transaction: \(held) s with one open")
        let with = try await holdingSnapshot(of: stage.gateway) {
            try await pass(held, stage, bench, what: "through, a transaction open")
        }
        let nanoseconds = Int64(window) * 1_000_000_000
        return [
            .ratio(
                RatioFinding(
                    what: "through, last \(window) of \(held) s with a transaction open ÷ without", unit: "events/s",
                    rounds: [
                        RatioFinding.Round(
                            measured: with.received.rate(inLast: nanoseconds),
                            reference: without.received.rate(inLast: nanoseconds))
                    ],
                    aim: .atLeast(0.5), shares: [("measured", with.shares), ("without", without.shares)]))
        ]
    }

    private func pass(
        _ seconds: Int, _ stage: RunningGateway, _ bench: Bench, what: String
    ) async throws -> Passage {
        try await Passage.run(seconds * 1_000, through: stage, subscriptions: Self.subscriptions, bench, what: what)
    }

    /// Runs `body` while another session of the same database has a transaction open that has seen something and has
    /// written something: it holds a snapshot and a transaction id.
    private func holdingSnapshot<R: Sendable>(
        of gateway: Gateway, _ body: () async throws -> R
    ) async throws -> R {
        let other = PostgresClient(
            PostgresConfiguration(
                url: gateway.bench.server.url(database: gateway.database), applicationName: "elsewhere",
                connectionsMax: 1),
            logger: Bench.quietLogger)
        let result: Result<R, any Error>
        do {
            result = .success(
                try await other.withTransaction { session in
                    try await session.script("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                    try await session.execute(TakeTransactionID())
                    return try await body()
                })
        } catch {
            result = .failure(error)
        }
        await other.shutdown()
        return try result.get()
    }
}

private struct TakeTransactionID: Statement {
    static let sql = "SELECT pg_current_xact_id()::text \(ownStatementMark)"

    static func decode(_ row: inout RowReader) throws(PostgresError) -> String { try row.text() }
}
