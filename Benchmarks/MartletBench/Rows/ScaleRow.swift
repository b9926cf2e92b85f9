/// Deliveries a second of two and of four workers ÷ of one, when what they wait for is the receiver.
///
/// Each worker may have few requests in flight, so that four of them leave the processors room: what could keep them
/// from adding up is only each other.
struct ScaleRow: BenchmarkRow {
    static let name = "scale"

    struct Stage: Sendable {
        let receiver: Receiver
        let template: Gateway
    }

    private static let subscriptions = 50
    private static let rounds = 3
    /// Milliseconds until the receiver answers.
    private static let delay: Int64 = 20
    /// Requests in flight per worker: at most 800 a second.
    private static let concurrency = 16
    /// More than four workers can send in the time there is.
    private static let backlog = 32_000
    private static let workerCounts = [1, 2, 4]

    func setUp(_ bench: Bench) async throws -> Stage {
        let receiver = try await Receiver.start(bench)
        return Stage(
            receiver: receiver,
            template: try await Gateway.makeTemplate(
                subscriptions: Self.subscriptions, to: receiver.url(ReceiverBehaviour(delay: Self.delay)), bench))
    }

    func tearDown(_ stage: Stage) async {
        await stage.template.remove()
        await stage.receiver.stop()
    }

    func measure(_ stage: Stage, _ bench: Bench) async throws -> [Finding] {
        var rates: [[Double]] = []
        var shares: [ProcessorShares] = []
        for round in 1...(bench.isQuick ? 1 : Self.rounds) {
            var drains: [(rate: Double, shares: ProcessorShares)] = []
            for workers in Self.workerCounts {
                let what = "scale, workers: \(workers), round \(round)"
                Progress.say(what)
                drains.append(try await drain(workers, stage, bench, what: what))
            }
            rates.append(drains.map(\.rate))
            shares = drains.map(\.shares)
        }
        return [(1, Aim.atLeast(1.6)), (2, .atLeast(3))].map { index, aim in
            .ratio(
                RatioFinding(
                    what: "scale, \(Self.workerCounts[index]) workers ÷ 1, \(Self.concurrency) in flight each",
                    unit: "deliveries/s",
                    rounds: rates.map { RatioFinding.Round(measured: $0[index], reference: $0[0]) }, aim: aim,
                    shares: [("measured", shares[index])]))
        }
    }

    private func drain(
        _ workerCount: Int, _ stage: Stage, _ bench: Bench, what: String
    ) async throws -> (rate: Double, shares: ProcessorShares) {
        let gateway = try await Gateway.make(bench, copying: stage.template.database)
        var workers: [ChildProgram] = []
        do {
            try await gateway.fill(bench.isQuick ? Self.backlog / 2 : Self.backlog, eventNames: Self.subscriptions)
            let backlog = try await gateway.queuedDeliveries()
            try await stage.receiver.reset()
            for _ in 0..<workerCount {
                workers.append(try await gateway.startWorker(["MARTLET_CONCURRENCY": "\(Self.concurrency)"]))
            }
            // Until each has its connections, and what it needs to know of the subscriptions.
            try await Task.sleep(for: .seconds(1))
            let postgres = await bench.server.processIdentifier
            let start = MonotonicClock.now
            let before = ProcessorShares.Snapshot.take(workers + [stage.receiver.program], postgres: postgres)
            try await Task.sleep(for: bench.isQuick ? .seconds(1) : .seconds(4))
            let shares = ProcessorShares(
                from: before, to: .take(workers + [stage.receiver.program], postgres: postgres))
            let end = MonotonicClock.now
            for worker in workers { await worker.stop() }
            workers = []

            let left = try await gateway.queuedDeliveries()
            guard !left.isEmpty else { throw HelperError("\(what): the backlog was too short") }
            let expected = Array(Set(backlog).subtracting(left))
            let received = try await stage.receiver.records()
            await bench.compare("\(what), received", expected: expected, found: received.map(\.deliveryID))
            await bench.compare("\(what), recorded", expected: expected, found: try await gateway.recordedDeliveries())
            await gateway.remove()
            let counted = received.count { (start..<end).contains($0.receivedAt) }
            return (Double(counted) * 1e9 / Double(end - start), shares)
        } catch {
            for worker in workers { await worker.stop() }
            await gateway.remove()
            throw error
        }
    }
}
