/// Events a second from a backlog in batches ÷ the same backlog one by one.
struct AggregationRow: BenchmarkRow {
    static let name = "aggregation"

    struct Stage: Sendable {
        let receiver: Receiver
        /// A database with nothing in it but subscriptions.
        let template: Gateway
    }

    private static let subscriptions = 50
    private static let backlog = 100_000
    private static let batchSize = 100
    private static let rounds = 5
    private static let roundMax: Duration = .seconds(12)

    func setUp(_ bench: Bench) async throws -> Stage {
        let receiver = try await Receiver.start(bench)
        return Stage(
            receiver: receiver,
            template: try await Gateway.makeTemplate(subscriptions: Self.subscriptions, to: receiver.url, bench))
    }

    func tearDown(_ stage: Stage) async {
        await stage.template.remove()
        await stage.receiver.stop()
    }

    func measure(_ stage: Stage, _ bench: Bench) async throws -> [Finding] {
        let backlog = bench.isQuick ? Self.backlog / 5 : Self.backlog
        let what = "aggregation, \(backlog) events in batches of \(Self.batchSize) ÷ one by one"
        Progress.say(what)
        var rounds: [RatioFinding.Round] = []
        var shares: [(what: String, shares: ProcessorShares)] = []
        for round in 1...(bench.isQuick ? 1 : Self.rounds) {
            let single = try await BacklogDrain.run(
                of: backlog, subscriptions: Self.subscriptions, copying: stage.template, to: stage.receiver,
                atMost: Self.roundMax, bench, what: "\(what), immediate, round \(round)")
            let batched = try await aggregated(
                backlog, copying: stage.template, to: stage.receiver, bench, what: "\(what), round \(round)")
            rounds.append(RatioFinding.Round(measured: batched.rate, reference: single.received.rate))
            shares = [("batches", batched.shares), ("one by one", single.shares)]
        }
        return [
            .ratio(RatioFinding(what: what, unit: "events/s", rounds: rounds, aim: .atLeast(5), shares: shares))
        ]
    }

    private func aggregated(
        _ count: Int, copying template: Gateway, to receiver: Receiver, _ bench: Bench, what: String
    ) async throws -> (rate: Double, shares: ProcessorShares) {
        let gateway = try await Gateway.make(bench, copying: template.database)
        do {
            let result = try await drain(count, of: gateway, to: receiver, bench, what: what)
            await gateway.remove()
            return result
        } catch {
            await gateway.remove()
            throw error
        }
    }

    private func drain(
        _ count: Int, of gateway: Gateway, to receiver: Receiver, _ bench: Bench, what: String
    ) async throws -> (rate: Double, shares: ProcessorShares) {
        try await gateway.aggregate(batchSize: Self.batchSize)
        try await gateway.fill(count, eventNames: Self.subscriptions)
        let backlog = try await gateway.queuedDeliveries()
        try await receiver.reset()
        let postgres = await bench.server.processIdentifier
        try await gateway.settle()
        let worker = try await gateway.startWorker()
        let start = ProcessorShares.Snapshot.take([worker, receiver.program], postgres: postgres)
        let shares: ProcessorShares
        do {
            try await receiver.wait(for: count)
            shares = ProcessorShares(from: start, to: .take([worker, receiver.program], postgres: postgres))
            try await gateway.waitUntilRecorded()
        } catch {
            await worker.stop()
            throw error
        }
        await worker.stop()
        let received = try await receiver.records()
        await bench.compare(
            "\(what), received", expected: try await gateway.events().map(\.number), found: received.map(\.number))
        await bench.compare("\(what), recorded", expected: backlog, found: try await gateway.recordedDeliveries())
        return (received.rate, shares)
    }
}
