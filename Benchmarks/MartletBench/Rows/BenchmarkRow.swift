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
