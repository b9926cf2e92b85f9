/// Deliveries a second from a backlog of a million ÷ from one of ten thousand: the same number of deliveries at the
/// head of both, and, of the million, also those some seconds later.
struct BacklogRow: BenchmarkRow {
    static let name = "backlog"

    struct Stage: Sendable {
        let receiver: Receiver
        /// Has the subscriptions and nothing else.
        let template: Gateway
        let large: Gateway
        /// Of the deliveries in `large`.
        let ids: [Int64]
    }

    private static let subscriptions = 50
    private static let rounds = 3
    /// How long a worker gets on the large backlog.
    private func largeRoundSeconds(_ bench: Bench) -> Int { bench.isQuick ? 1 : 10 }

    private func small(_ bench: Bench) -> Int { bench.isQuick ? 2_000 : 10_000 }
    private func large(_ bench: Bench) -> Int { bench.isQuick ? 20_000 : 1_000_000 }

    func setUp(_ bench: Bench) async throws -> Stage {
        let receiver = try await Receiver.start(bench)
        let template = try await Gateway.makeTemplate(
            subscriptions: Self.subscriptions, to: receiver.url, bench)
        let large = try await Gateway.make(bench, copying: template.database)
        Progress.say("backlog: storing \(self.large(bench)) events")
        try await large.fill(self.large(bench), eventNames: Self.subscriptions)
        try await large.tidyEvents()
        return Stage(receiver: receiver, template: template, large: large, ids: try await large.queuedDeliveries())
    }

    func tearDown(_ stage: Stage) async {
        await stage.template.remove()
        await stage.large.remove()
        await stage.receiver.stop()
    }

    func measure(_ stage: Stage, _ bench: Bench) async throws -> [Finding] {
        let count = small(bench)
        var heads: [RatioFinding.Round] = []
        var tails: [RatioFinding.Round] = []
        var queued = stage.ids
        for round in 1...(bench.isQuick ? 1 : Self.rounds) {
            Progress.say("backlog, round \(round)")
            // What was written before is not flushed while this is measured.
            try await bench.checkpoint()
            let short = try await BacklogDrain.run(
                of: count, subscriptions: Self.subscriptions, copying: stage.template, to: stage.receiver,
                atMost: .seconds(60), bench, what: "backlog of \(count), round \(round)")
            try await bench.checkpoint()
            let long = try await BacklogDrain.run(
                on: stage.large, backlog: queued, to: stage.receiver,
                atMost: .seconds(largeRoundSeconds(bench)), bench,
                what: "backlog of \(stage.ids.count), round \(round)",
                recordedBefore: Array(Set(stage.ids).subtracting(queued)))
            queued = long.left
            let reference = short.received.rate
            heads.append(
                RatioFinding.Round(measured: Array(long.received.prefix(count)).rate, reference: reference))
            tails.append(
                RatioFinding.Round(measured: Array(long.received.suffix(count)).rate, reference: reference))
        }
        let what = "backlog of \(stage.ids.count) ÷ \(count)"
        return [
            .ratio(
                RatioFinding(
                    what: "\(what), first \(count)", unit: "deliveries/s", rounds: heads, aim: .atLeast(0.9))),
            .ratio(
                RatioFinding(
                    what: "\(what), last \(count) of \(largeRoundSeconds(bench)) s", unit: "deliveries/s",
                    rounds: tails,
                    aim: .atLeast(0.9))),
        ]
    }
}
