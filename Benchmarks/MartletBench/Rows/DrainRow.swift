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
            templates[variant.subscriptions] = try await Gateway.makeTemplate(
                subscriptions: variant.subscriptions, to: receiver.url, bench)
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
            let drained = try await BacklogDrain.run(
                of: backlog, subscriptions: variant.subscriptions, copying: template, to: receiver,
                atMost: Self.roundMax, bench, what: "\(what), round \(round)")
            rounds.append(RatioFinding.Round(measured: drained.received.rate, reference: ceiling.rate))
            costs.append(drained.cost)
            if !drained.left.isEmpty {
                notes.append(
                    .note(
                        "\(what), round \(round): \(drained.left.count) were left after \(Self.roundMax), which ended it"
                    ))
            }
            shares = [("measured", drained.shares), ("ceiling", ceiling.shares)]
        }
        let ratio = RatioFinding(
            what: "\(what) (bare: \(variant.inFlight) in flight)", unit: "deliveries/s", rounds: rounds,
            aim: .atLeast(0.6), shares: shares)
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
}
