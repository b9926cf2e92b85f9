/// Durable accepted events a second over HTTP ÷ the same server answering 202 with no work.
struct AcceptRow: BenchmarkRow {
    static let name = "accept"

    struct Stage: Sendable {
        let receiver: Receiver
        let ceiling: (program: ChildProgram, port: UInt16)
        /// The same server with the least behind it that stores: what is left for an event between both is its worth.
        let bareStore: (gateway: Gateway, program: ChildProgram, port: UInt16)
        /// Nobody subscribes to the events.
        let unmatched: Target
        /// One subscription takes them all; no worker runs.
        let matched: Target
    }

    struct Target: Sendable {
        let gateway: Gateway
        let program: ChildProgram
        let port: UInt16
    }

    private static let connectionCounts = [64, 256]
    private static let rounds = 3

    func setUp(_ bench: Bench) async throws -> Stage {
        let receiver = try await Receiver.start(bench)
        let unmatched = try await target(bench)
        let matched = try await target(bench)
        try await matched.gateway.subscribe(
            [SampleSubscription(patterns: ["*"], url: receiver.url)], ingestPort: matched.port)
        return Stage(
            receiver: receiver, ceiling: try await bench.startCeilingServer(), bareStore: try await bareStore(bench),
            unmatched: unmatched, matched: matched)
    }

    private func bareStore(_ bench: Bench) async throws -> (gateway: Gateway, program: ChildProgram, port: UInt16) {
        let gateway = try await Gateway.make(bench)
        try await gateway.client.withSession { session in try await session.script(BareStore.table) }
        let (program, port) = try await bench.startCeilingServer(storingIn: gateway.database)
        return (gateway, program, port)
    }

    private func target(_ bench: Bench) async throws -> Target {
        let gateway = try await Gateway.make(bench)
        let (program, port) = try await gateway.startIngest()
        return Target(gateway: gateway, program: program, port: port)
    }

    func tearDown(_ stage: Stage) async {
        await stage.ceiling.program.stop()
        await stage.bareStore.program.stop()
        await stage.bareStore.gateway.remove()
        for target in [stage.unmatched, stage.matched] {
            await target.program.stop()
            await target.gateway.remove()
        }
        await stage.receiver.stop()
    }

    func measure(_ stage: Stage, _ bench: Bench) async throws -> [Finding] {
        var accepted: [[SentRecord]] = [[], []]
        var findings: [Finding] = []
        let milliseconds = bench.isQuick ? 500 : 2_000
        for connections in Self.connectionCounts {
            Progress.say("accept, \(connections) connections")
            var rounds: [[RatioFinding.Round]] = [[], []]
            var shares: [[(what: String, shares: ProcessorShares)]] = [[], []]
            var bareRounds: [RatioFinding.Round] = []
            // The first round warms up.
            for round in 0...(bench.isQuick ? 1 : Self.rounds) {
                let length = round == 0 ? 500 : milliseconds
                let ceiling = try await load(stage.ceiling, connections, length, bench)
                let stored = try await load(
                    (stage.bareStore.program, stage.bareStore.port), connections, length, bench)
                if round > 0 {
                    bareRounds.append(
                        RatioFinding.Round(measured: stored.result.rate, reference: ceiling.result.rate))
                }
                let targets = [(0, stage.unmatched), (1, stage.matched)]
                // In turns, so that what the machine does over time hits both.
                for (index, target) in round.isMultiple(of: 2) ? targets : targets.reversed() {
                    let measured = try await load((target.program, target.port), connections, length, bench)
                    accepted[index] += measured.result.records
                    guard round > 0 else { continue }
                    rounds[index].append(
                        RatioFinding.Round(measured: measured.result.rate, reference: ceiling.result.rate))
                    shares[index] = [("measured", measured.shares), ("ceiling", ceiling.shares)]
                }
            }
            findings.append(
                .ratio(
                    RatioFinding(
                        what: "\(connections) connections, bodies stored as they are", unit: "events/s",
                        rounds: bareRounds)))
            for (index, what) in ["no subscription", "one subscription"].enumerated() {
                findings.append(
                    .ratio(
                        RatioFinding(
                            what: "accept, \(connections) connections, \(what)", unit: "events/s",
                            rounds: rounds[index], aim: .atLeast(0.6), shares: shares[index])))
            }
        }
        try await compare(accepted[0], with: stage.unmatched, "accepted, no subscription", bench)
        try await compare(accepted[1], with: stage.matched, "accepted, one subscription", bench)
        findings.append(
            .cost(
                CostFinding(
                    what: "accept, most memory", divisor: 1, usage: nil,
                    ingestResident: ProcessFiles.residentBytesMax(of: stage.matched.program.processIdentifier))))
        return findings
    }

    private func load(
        _ server: (program: ChildProgram, port: UInt16), _ connections: Int, _ milliseconds: Int, _ bench: Bench
    ) async throws -> (result: LoadResult, shares: ProcessorShares) {
        let postgres = await bench.server.processIdentifier
        let start = ProcessorShares.Snapshot.take([server.program], postgres: postgres)
        let result = try await bench.load(port: server.port, connections: connections, milliseconds: milliseconds)
        var shares = ProcessorShares(from: start, to: .take([server.program], postgres: postgres))
        shares.add("client", result.summary["cpu_ns"])
        return (result, shares)
    }

    /// Every acknowledged event is stored, with the number that was sent, once; nothing else is.
    private func compare(_ accepted: [SentRecord], with target: Target, _ what: String, _ bench: Bench) async throws {
        let stored = try await target.gateway.events()
        await bench.compare("\(what), ids", expected: accepted.map(\.eventID), found: stored.map(\.id))
        await bench.compare("\(what), numbers", expected: accepted.map(\.number), found: stored.map(\.number))
    }
}
