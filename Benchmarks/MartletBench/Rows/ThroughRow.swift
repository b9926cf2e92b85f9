/// HTTP in → HTTP out, all programs on the machine at once: deliveries a second while events keep coming.
///
/// Its ceiling is the rate at which the same processors could answer 202 with no work and send with bare libcurl in
/// turns, `1 / (1 / accept ceiling + 1 / drain ceiling)`, both measured around every round.
struct ThroughRow: BenchmarkRow {
    static let name = "through"

    struct Stage: Sendable {
        let receiver: Receiver
        let ceiling: (program: ChildProgram, port: UInt16)
        let gateway: Gateway
        let ingest: ChildProgram
        let port: UInt16
        let worker: ChildProgram
    }

    private static let subscriptions = 50
    private static let connections = 64
    private static let rounds = 3
    /// Events between both ends: the client waits for the receiver, so that what is measured can go on for ever.
    private static let window = 2_000

    func setUp(_ bench: Bench) async throws -> Stage {
        let receiver = try await Receiver.start(bench)
        let gateway = try await Gateway.make(bench)
        let (ingest, port) = try await gateway.startIngest()
        try await gateway.subscribe(Self.subscriptions, to: receiver.url, ingestPort: port)
        return Stage(
            receiver: receiver, ceiling: try await bench.startCeilingServer(), gateway: gateway, ingest: ingest,
            port: port, worker: try await gateway.startWorker())
    }

    func tearDown(_ stage: Stage) async {
        await stage.worker.stop()
        await stage.ingest.stop()
        await stage.ceiling.program.stop()
        await stage.gateway.remove()
        await stage.receiver.stop()
    }

    func measure(_ stage: Stage, _ bench: Bench) async throws -> [Finding] {
        Progress.say("through")
        var rounds: [RatioFinding.Round] = []
        var last: Passage?
        // The first round warms up.
        for round in 0...(bench.isQuick ? 1 : Self.rounds) {
            let accepting = try await bench.load(
                port: stage.ceiling.port, connections: Self.connections, milliseconds: round == 0 ? 300 : 1_000
            ).rate
            let sending = try await bench.sendBare(
                round == 0 || bench.isQuick ? 5_000 : 30_000, inFlight: 256, to: stage.receiver
            ).rate
            let length = round == 0 ? 500 : bench.isQuick ? 1_000 : 4_000
            let passage = try await pass(length, stage, bench, what: "through, round \(round)")
            guard round > 0 else { continue }
            rounds.append(
                RatioFinding.Round(measured: passage.rate, ceiling: 1 / (1 / accepting + 1 / sending)))
            last = passage
        }
        guard let last else { return [] }
        return [
            .ratio(
                RatioFinding(
                    what: "through, \(Self.subscriptions) subscriptions", unit: "events/s", rounds: rounds,
                    shares: [("measured", last.shares)])),
            .cost(last.cost),
        ]
    }

    private struct Passage {
        let rate: Double
        let shares: ProcessorShares
        let cost: CostFinding
    }

    private func pass(_ milliseconds: Int, _ stage: Stage, _ bench: Bench, what: String) async throws -> Passage {
        try await stage.receiver.reset()
        let postgres = await bench.server.processIdentifier
        let programs = [stage.ingest, stage.worker, stage.receiver.program]
        let usageAtStart = try await stage.gateway.usage()
        let start = ProcessorShares.Snapshot.take(programs, postgres: postgres)
        let load = try await bench.load(
            port: stage.port, connections: Self.connections, milliseconds: milliseconds,
            eventNames: Self.subscriptions, receiver: stage.receiver, window: Self.window)
        try await stage.receiver.wait(for: load.records.count)
        var shares = ProcessorShares(from: start, to: .take(programs, postgres: postgres))
        shares.add("client", load.summary["cpu_ns"])
        try await stage.gateway.waitUntilRecorded()
        let usage = try await stage.gateway.usage() - usageAtStart

        let received = try await stage.receiver.records()
        await bench.compare("\(what), numbers", expected: load.records.map(\.number), found: received.map(\.number))
        await bench.compare(
            "\(what), delivery ids", expected: Array(Set(received.map(\.deliveryID))), found: received.map(\.deliveryID)
        )
        // From the first byte in to the last request out: what was accepted and came late counts too.
        let elapsed = (received.last?.receivedAt ?? 0) - load.summary["started_ns"]
        return Passage(
            rate: Double(received.count) * 1e9 / Double(max(1, elapsed)), shares: shares,
            cost: CostFinding(
                what: "through", divisor: Double(max(1, received.count)), usage: usage,
                ingestTime: shares.time(of: "ingest"), workerTime: shares.time(of: "worker"),
                postgresTime: shares.time(of: "postgres"),
                ingestResident: ProcessFiles.residentBytesMax(of: stage.ingest.processIdentifier),
                workerResident: ProcessFiles.residentBytesMax(of: stage.worker.processIdentifier)))
    }
}
