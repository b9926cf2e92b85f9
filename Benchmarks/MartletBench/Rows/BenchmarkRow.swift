/// One group of measurements: what it needs, how it measures, what it found.
protocol BenchmarkRow: Sendable {
    associatedtype Stage: Sendable

    /// How `--only` names it.
    static var name: String { get }

    init()

    /// Starts and fills what the measurement needs and does not measure.
    func setUp(_ bench: Bench) async throws -> Stage

    /// Measures in rounds, the ceiling and what is held against it in turns.
    func measure(_ stage: Stage, _ bench: Bench) async throws -> [Finding]

    func tearDown(_ stage: Stage) async
}

extension BenchmarkRow {
    func run(_ bench: Bench) async throws -> [Finding] {
        let stage = try await setUp(bench)
        let result: Result<[Finding], any Error>
        do {
            result = .success(try await measure(stage, bench))
        } catch {
            result = .failure(error)
        }
        await tearDown(stage)
        return try result.get()
    }
}

/// One line of the report.
enum Finding: Sendable {
    case ratio(RatioFinding)
    case latency(LatencyFinding)
    case cost(CostFinding)
    /// Something that belongs below the tables.
    case note(String)
}

/// Something measured against its ceiling, in rounds.
struct RatioFinding: Sendable {
    struct Round: Sendable {
        let measured: Double
        let ceiling: Double

        var ratio: Double { ceiling > 0 ? measured / ceiling : 0 }
    }

    let what: String
    let unit: String
    let rounds: [Round]
    /// Of the last round: who used the processors.
    let shares: [(what: String, shares: ProcessorShares)]

    var measured: Double { Statistics.median(rounds.map(\.measured)) }
    var ceiling: Double { Statistics.median(rounds.map(\.ceiling)) }
    /// The median of the rounds' own ratios: what disturbs both halves of a round cancels out.
    var ratio: Double { Statistics.median(rounds.map(\.ratio)) }
}

/// Latencies at one rate, beside those of the floor at the same rate.
struct LatencyFinding: Sendable {
    let rate: Int
    /// From the answer of `ingest-server` to the receiver.
    let fromAnswer: LatencySample
    /// From the client's first byte to the receiver.
    let fromRequest: LatencySample
    let floor: LatencySample
}

/// What one delivered event costs, or one second of idleness.
struct CostFinding: Sendable {
    let what: String
    /// What the counters are divided by: events, or seconds.
    let divisor: Double
    let usage: DatabaseUsage?
    /// Of `ingest-server`, in nanoseconds; `nil` when it does not run.
    var ingestTime: Int64?
    var workerTime: Int64?
    var postgresTime: Int64?
    /// The most so far, in bytes.
    var ingestResident: Int64?
    var workerResident: Int64?
}
