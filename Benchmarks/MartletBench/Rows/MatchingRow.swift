import Postgres

/// What it costs to store and match an event among 100,000 subscriptions ÷ among 10. Each event matches one of them.
struct MatchingRow: BenchmarkRow {
    static let name = "matching"

    struct Stage: Sendable {
        let few: Gateway
        let many: Gateway
        let manyCount: Int
    }

    private static let fewCount = 10
    private static let rounds = 5
    private static let statements = 200
    private static let warmingStatements = 20

    func setUp(_ bench: Bench) async throws -> Stage {
        let few = try await Gateway.make(bench)
        let many = try await Gateway.make(bench)
        let names = (0..<Self.fewCount).map(SampleEvent.eventName)
        let manyCount = bench.isQuick ? 5_000 : 100_000
        Progress.say("matching: storing \(manyCount) subscriptions")
        try await few.subscribeUnsendably(to: names)
        try await many.subscribeUnsendably(to: names + (0..<manyCount - Self.fewCount).map(Self.otherPattern))
        return Stage(few: few, many: many, manyCount: manyCount)
    }

    /// Of somebody else: no event here matches it.
    private static func otherPattern(_ index: Int) -> String {
        switch index % 3 {
        case 0: "shop\(index).order.created"
        case 1: "shop\(index).order.*"
        default: "shop\(index).*"
        }
    }

    func tearDown(_ stage: Stage) async {
        await stage.few.remove()
        await stage.many.remove()
    }

    func measure(_ stage: Stage, _ bench: Bench) async throws -> [Finding] {
        Progress.say("matching")
        var rounds: [RatioFinding.Round] = []
        for round in 0...(bench.isQuick ? 1 : Self.rounds) {
            let few = try await cost(stage.few, bench)
            let many = try await cost(stage.many, bench)
            // The first round warms up.
            if round > 0 { rounds.append(RatioFinding.Round(measured: many, reference: few)) }
        }
        return [
            .ratio(
                RatioFinding(
                    what: "matching among \(stage.manyCount) ÷ \(Self.fewCount) subscriptions", unit: "µs/event",
                    rounds: rounds, aim: .atMost(2)))
        ]
    }

    /// Microseconds per event, the median of some statements with an event of each name. Nothing is committed: no disk
    /// is waited for, and the tables do not grow.
    private func cost(_ gateway: Gateway, _ bench: Bench) async throws -> Double {
        let events = Int64(Self.fewCount)
        let first = await bench.takeNumbers(events)
        do {
            try await gateway.client.withTransaction { session in
                var times: [Double] = []
                for index in 0..<Self.warmingStatements + Self.statements {
                    let start = MonotonicClock.now
                    try await session.execute(
                        DispatchSamples(first: first, count: events, eventNames: Int32(Self.fewCount)))
                    if index >= Self.warmingStatements {
                        times.append(Double(MonotonicClock.now - start) / 1_000 / Double(events))
                    }
                }
                throw Measured(times: times)
            }
        } catch let measured as Measured {
            return Statistics.median(measured.times)
        }
        return 0
    }

    /// Thrown to roll the transaction back.
    private struct Measured: Error {
        let times: [Double]
    }
}
