/// Signed pushes a second ÷ the same server answering 202 to the same bytes with no work.
struct PushRow: BenchmarkRow {
    static let name = "push"

    struct Stage: Sendable {
        let ceiling: (program: ChildProgram, port: UInt16)
        let gateway: Gateway
        let program: ChildProgram
        let port: UInt16
        let tables: [(id: String, secret: String)]
    }

    private static let sizes = [(bytes: 1_024, what: "1 KB"), (bytes: 409_600, what: "400 KB")]
    /// Pushes to one table wait for each other.
    private static let tables = 16
    private static let connections = 32
    private static let rounds = 3

    func setUp(_ bench: Bench) async throws -> Stage {
        let gateway = try await Gateway.make(bench)
        let (program, port) = try await gateway.startIngest()
        return Stage(
            ceiling: try await bench.startCeilingServer(), gateway: gateway, program: program, port: port,
            tables: try await gateway.makeTables(Self.tables, ingestPort: port))
    }

    func tearDown(_ stage: Stage) async {
        await stage.ceiling.program.stop()
        await stage.program.stop()
        await stage.gateway.remove()
    }

    func measure(_ stage: Stage, _ bench: Bench) async throws -> [Finding] {
        var findings: [Finding] = []
        var accepted = 0
        let milliseconds = bench.isQuick ? 500 : 3_000
        for size in Self.sizes {
            Progress.say("push, \(size.what)")
            var rounds: [RatioFinding.Round] = []
            var shares: [(what: String, shares: ProcessorShares)] = []
            // The first round warms up.
            for round in 0...(bench.isQuick ? 1 : Self.rounds) {
                let length = round == 0 ? 500 : milliseconds
                let ceiling = try await load(stage.ceiling, stage, size.bytes, length, bench)
                let measured = try await load((stage.program, stage.port), stage, size.bytes, length, bench)
                accepted += measured.result.records.count
                guard round > 0 else { continue }
                rounds.append(RatioFinding.Round(measured: measured.result.rate, reference: ceiling.result.rate))
                shares = [("measured", measured.shares), ("ceiling", ceiling.shares)]
            }
            findings.append(
                .ratio(
                    RatioFinding(
                        what: "push, \(size.what), \(Self.connections) connections, \(Self.tables) tables",
                        unit: "pushes/s", rounds: rounds, shares: shares)))
        }
        // Every acknowledged push is an event and a version of its table, and nothing else is.
        let stored = try await stage.gateway.events().count
        await bench.compare("pushes, events", expected: [Int64(accepted)], found: [Int64(stored)])
        return findings
    }

    private func load(
        _ server: (program: ChildProgram, port: UInt16), _ stage: Stage, _ bytes: Int, _ milliseconds: Int,
        _ bench: Bench
    ) async throws -> (result: LoadResult, shares: ProcessorShares) {
        let postgres = await bench.server.processIdentifier
        let start = ProcessorShares.Snapshot.take([server.program], postgres: postgres)
        let result = try await bench.load(
            port: server.port, connections: Self.connections, milliseconds: milliseconds, bytes: bytes,
            tables: stage.tables)
        var shares = ProcessorShares(from: start, to: .take([server.program], postgres: postgres))
        shares.add("client", result.summary["cpu_ns"])
        return (result, shares)
    }
}
