import Postgres

/// Rows a second that one statement inserts into a watched table ÷ into one that is not.
struct WatchRow: BenchmarkRow {
    static let name = "watch"

    struct Stage: Sendable {
        let quiet: Gateway
        let subscribed: Gateway
    }

    private static let rounds = 5

    func setUp(_ bench: Bench) async throws -> Stage {
        let quiet = try await Gateway.make(bench)
        let subscribed = try await Gateway.make(bench)
        try await subscribed.subscribeUnsendably(to: ["item.watched.*"])
        for gateway in [quiet, subscribed] {
            try await gateway.client.withSession { session in try await session.script(Self.tables) }
        }
        return Stage(quiet: quiet, subscribed: subscribed)
    }

    private static let tables = """
        CREATE TABLE public.plain (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer text, status text, total numeric, note text);
        CREATE TABLE public.watched (LIKE public.plain INCLUDING ALL);
        SELECT martlet.watch('public.watched');
        """

    func tearDown(_ stage: Stage) async {
        await stage.quiet.remove()
        await stage.subscribed.remove()
    }

    func measure(_ stage: Stage, _ bench: Bench) async throws -> [Finding] {
        let count = bench.isQuick ? 10_000 : 100_000
        return [
            try await measure(stage.quiet, count, "nobody has subscribed", bench),
            try await measure(stage.subscribed, count, "one subscription", bench),
        ]
    }

    private func measure(
        _ gateway: Gateway, _ count: Int, _ subscribers: String, _ bench: Bench
    ) async throws -> Finding {
        var rounds: [RatioFinding.Round] = []
        for round in 0...(bench.isQuick ? 1 : Self.rounds) {
            Progress.say("watch, \(subscribers), round \(round)")
            let plain = try await rate(of: count, into: "plain", gateway)
            let watched = try await rate(of: count, into: "watched", gateway)
            // The first round warms up.
            if round > 0 { rounds.append(RatioFinding.Round(measured: watched, reference: plain)) }
        }
        return .ratio(
            RatioFinding(
                what: "INSERT of \(count) rows, watched ÷ not, \(subscribers)", unit: "rows/s", rounds: rounds,
                aim: .atLeast(0.2)))
    }

    /// Rows a second, until they are on disk. What they leave is taken away again, outside of the measurement.
    private func rate(of count: Int, into table: String, _ gateway: Gateway) async throws -> Double {
        try await gateway.client.withSession { session in
            let start = MonotonicClock.now
            try await session.script(
                """
                INSERT INTO public.\(table) (customer, status, total, note)
                SELECT 'customer ' || n, 'open', n / 100.0, repeat('x', 100) FROM generate_series(1, \(count)) AS n
                """)
            let nanoseconds = MonotonicClock.now - start
            try await session.script(
                "TRUNCATE public.\(table), martlet.events, martlet.pending, martlet.waiting; CHECKPOINT")
            return Double(count) * 1e9 / Double(nanoseconds)
        }
    }
}
