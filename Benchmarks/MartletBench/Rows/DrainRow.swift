/// Deliveries a second from a backlog ÷ a bare libcurl loop to the same receiver.
struct DrainRow: BenchmarkRow {
    static let name = "drain"

    struct Stage: Sendable {
        let receiver: Receiver
        /// By how many subscriptions it has: databases with nothing in them but those.
        let templates: [Int: Gateway]
    }

    private struct Variant {
        let subscriptions: Int
        let backlog: Int
        /// Of the bare loop: as many as the worker may have.
        let inFlight: Int
    }

    /// The worker's defaults: 256 requests in flight, 16 of one subscription.
    private static let variants = [
        Variant(subscriptions: 50, backlog: 100_000, inFlight: 256),
        Variant(subscriptions: 1, backlog: 100_000, inFlight: 16),
    ]
    private static let rounds = 3
    /// A round ends after this much, drained or not: the rate is that of what came out until then.
    private static let roundMax: Duration = .seconds(12)

    func setUp(_ bench: Bench) async throws -> Stage {
        let receiver = try await Receiver.start(bench)
        var templates: [Int: Gateway] = [:]
        for variant in Self.variants {
            let template = try await Gateway.make(bench)
            let (ingest, port) = try await template.startIngest()
            try await template.subscribe(variant.subscriptions, to: receiver.url, ingestPort: port)
            await ingest.stop()
            await template.close()
            templates[variant.subscriptions] = template
        }
        return Stage(receiver: receiver, templates: templates)
    }

    func tearDown(_ stage: Stage) async {
        for template in stage.templates.values { await template.remove() }
        await stage.receiver.stop()
    }

    func measure(_ stage: Stage, _ bench: Bench) async throws -> [Finding] {
        var findings: [Finding] = []
        for variant in Self.variants {
            guard let template = stage.templates[variant.subscriptions] else { continue }
            findings += try await measure(variant, template, stage.receiver, bench)
        }
        return findings
    }

    private func measure(
        _ variant: Variant, _ template: Gateway, _ receiver: Receiver, _ bench: Bench
    ) async throws -> [Finding] {
        let backlog = bench.isQuick ? variant.backlog / 10 : variant.backlog
        let what =
            "drain, \(backlog) deliveries, \(variant.subscriptions) subscription"
            + (variant.subscriptions == 1 ? "" : "s")
        Progress.say(what)
        var rounds: [RatioFinding.Round] = []
        var costs: [CostFinding] = []
        var shares: [(what: String, shares: ProcessorShares)] = []
        var notes: [Finding] = []
        for round in 1...(bench.isQuick ? 1 : Self.rounds) {
            let ceiling = try await bareLoop(backlog, variant.inFlight, receiver, bench)
            let drained = try await drain(backlog, variant, template, receiver, bench, what: "\(what), round \(round)")
            rounds.append(RatioFinding.Round(measured: drained.rate, ceiling: ceiling.rate))
            costs.append(drained.cost)
            if drained.left > 0 {
                notes.append(
                    .note("\(what), round \(round): \(drained.left) were left after \(Self.roundMax), which ended it"))
            }
            shares = [("measured", drained.shares), ("ceiling", ceiling.shares)]
        }
        let ratio = RatioFinding(
            what: "\(what) (bare: \(variant.inFlight) in flight)", unit: "deliveries/s", rounds: rounds, shares: shares)
        return [.ratio(ratio)] + costs.suffix(1).map { .cost($0) } + notes
    }

    private func bareLoop(
        _ count: Int, _ inFlight: Int, _ receiver: Receiver, _ bench: Bench
    ) async throws -> (rate: Double, shares: ProcessorShares) {
        let start = ProcessorShares.Snapshot.take([receiver.program], postgres: nil)
        let bare = try await bench.sendBare(count, inFlight: inFlight, to: receiver)
        var shares = ProcessorShares(from: start, to: .take([receiver.program], postgres: nil))
        shares.add("bare libcurl", bare.summary["cpu_ns"])
        return (bare.rate, shares)
    }

    private func drain(
        _ backlog: Int, _ variant: Variant, _ template: Gateway, _ receiver: Receiver, _ bench: Bench, what: String
    ) async throws -> Drained {
        let gateway = try await Gateway.make(bench, copying: template.database)
        do {
            try await gateway.fill(backlog, eventNames: variant.subscriptions)
            let drained = try await drain(gateway, receiver, bench, what: what)
            await gateway.remove()
            return drained
        } catch {
            await gateway.remove()
            throw error
        }
    }

    private func drain(
        _ gateway: Gateway, _ receiver: Receiver, _ bench: Bench, what: String
    ) async throws -> Drained {
        let backlog = try await gateway.queuedDeliveries()
        try await receiver.reset()
        let postgres = await bench.server.processIdentifier
        let usageAtStart = try await gateway.usage()
        let worker = try await gateway.startWorker()
        let start = ProcessorShares.Snapshot.take([worker, receiver.program], postgres: postgres)
        let shares: ProcessorShares
        do {
            let isDrained = try await receiver.wait(for: backlog.count, atMost: Self.roundMax)
            shares = ProcessorShares(from: start, to: .take([worker, receiver.program], postgres: postgres))
            if isDrained { try await gateway.waitUntilRecorded() }
        } catch {
            await worker.stop()
            throw error
        }
        // From its start: what it used before it was registered belongs to it.
        let workerTime = ProcessFiles.times(of: worker.processIdentifier)?.own
        let resident = ProcessFiles.residentBytesMax(of: worker.processIdentifier)
        await worker.stop()
        let usage = try await gateway.usage() - usageAtStart

        // What a round leaves in the queue must not have been sent.
        let left = try await gateway.queuedDeliveries()
        let expected = Array(Set(backlog).subtracting(left))
        let received = try await receiver.records()
        await bench.compare("\(what), received", expected: expected, found: received.map(\.deliveryID))
        await bench.compare("\(what), recorded", expected: expected, found: try await gateway.recordedDeliveries())
        return Drained(
            rate: received.rate, shares: shares, left: left.count,
            cost: CostFinding(
                what: what, divisor: Double(max(1, received.count)), usage: usage, workerTime: workerTime,
                postgresTime: shares.time(of: "postgres"), workerResident: resident))
    }

    private struct Drained {
        let rate: Double
        let shares: ProcessorShares
        /// Deliveries that the round did not get to.
        let left: Int
        let cost: CostFinding
    }
}
