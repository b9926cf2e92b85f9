/// What one delivered event costs, or one second of idleness.
struct CostFinding: Sendable {
    /// What the aims depend on.
    enum Kind: Sendable {
        /// Of a delivered event, from HTTP in to HTTP out.
        case delivery
        case idleSecond
        /// A part of something: there is no aim.
        case part
    }

    let what: String
    var kind = Kind.part
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

    /// Of both programs, in nanoseconds; `nil` when one of them does not run.
    var programTime: Int64? { ingestTime.flatMap { ingest in workerTime.map { ingest + $0 } } }

    /// 2 KB and the payload.
    private static let logBytesAim = Double(2_048 + SampleEvent.bytesDefault)

    var scores: [Score] {
        let statements = usage.map { Double($0.statements) / divisor }
        let logBytes = usage.map { Double($0.logBytes) / divisor }
        let time = programTime.map { Double($0) / divisor }
        func score(_ name: String, _ figure: Double?, _ aim: Aim) -> Score? {
            figure.map { Score(what: "cost, \(name)", figure: $0, aim: aim) }
        }
        return switch kind {
        case .delivery:
            [
                score("statements per delivered event", statements, Aim(bound: .atMost, value: 0.1, digits: 3)),
                score(
                    "write-ahead log per delivered event", logBytes,
                    Aim(bound: .atMost, value: Self.logBytesAim, unit: " B", digits: 0)),
                score(
                    "CPU of both programs per delivered event", time.map { $0 / 1_000 },
                    Aim(bound: .atMost, value: 120, unit: " µs", digits: 0)),
            ].compactMap(\.self)
        case .idleSecond:
            [
                score("idle, statements per second", statements, Aim(bound: .atMost, value: 2, digits: 1)),
                // Percent of one core.
                score(
                    "idle, CPU of both programs", time.map { $0 / 1e7 },
                    Aim(bound: .atMost, value: 0.5, unit: " %", digits: 2)),
            ].compactMap(\.self)
        case .part: []
        }
    }
}
