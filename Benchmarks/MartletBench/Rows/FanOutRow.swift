import Curl

/// One event for 10,000 subscriptions: how long its acknowledgement takes, and how fast it is delivered ÷ a backlog of
/// as many deliveries for 50 subscriptions.
struct FanOutRow: BenchmarkRow {
    static let name = "fan-out"

    struct Stage: Sendable {
        let running: RunningGateway
        /// Has the subscriptions of the backlog, and nothing else.
        let template: Gateway
        let count: Int
    }

    private static let drainSubscriptions = 50
    private static let rounds = 3
    private static let pattern = "bench.all"

    func setUp(_ bench: Bench) async throws -> Stage {
        let running = try await RunningGateway.start(bench, subscriptions: 0)
        let count = bench.isQuick ? 1_000 : 10_000
        Progress.say("fan-out: \(count) subscriptions")
        let subscription = SampleSubscription(patterns: [Self.pattern], url: running.receiver.url)
        try await running.gateway.subscribe(
            Array(repeating: subscription, count: count), ingestPort: running.port)
        return Stage(
            running: running,
            template: try await Gateway.makeTemplate(
                subscriptions: Self.drainSubscriptions, to: running.receiver.url, bench),
            count: count)
    }

    func tearDown(_ stage: Stage) async {
        await stage.running.stop()
        await stage.template.remove()
    }

    func measure(_ stage: Stage, _ bench: Bench) async throws -> [Finding] {
        var acknowledgements: [Double] = []
        var rounds: [RatioFinding.Round] = []
        var first: RatioFinding.Round?
        for round in 0...(bench.isQuick ? 1 : Self.rounds) {
            Progress.say("fan-out, round \(round)")
            let drain = try await BacklogDrain.run(
                of: stage.count, subscriptions: Self.drainSubscriptions, copying: stage.template,
                to: stage.running.receiver, atMost: .seconds(60), bench,
                what: "fan-out, a backlog of \(stage.count), round \(round)")
            let fanOut = try await fanOut(stage, bench, what: "fan-out, round \(round)")
            let ratio = RatioFinding.Round(measured: fanOut.rate, reference: drain.received.rate)
            if round == 0 {
                first = ratio
            } else {
                rounds.append(ratio)
                acknowledgements.append(fanOut.acknowledgedAfter)
            }
        }
        let what = "fan-out to \(stage.count) subscriptions"
        return [
            .quantity(
                QuantityFinding(
                    what: "\(what), until it is acknowledged", figure: Statistics.median(acknowledgements),
                    unit: "ms", atMost: 150)),
            // The aim is drain speed; what is within the noise of it counts.
            .ratio(
                RatioFinding(
                    what: "\(what) ÷ a backlog for \(Self.drainSubscriptions)", unit: "deliveries/s", rounds: rounds,
                    aim: .atLeast(0.9))),
        ]
            + (first.map { first in
                [
                    .note(
                        "\(what): the first event after the start, while the worker reads the subscriptions: "
                            + "\(NumberText.whole(first.measured)) deliveries/s, "
                            + "\(NumberText.fixed(first.ratio, 2)) of the backlog's")
                ]
            } ?? [])
    }

    private func fanOut(
        _ stage: Stage, _ bench: Bench, what: String
    ) async throws -> (acknowledgedAfter: Double, rate: Double) {
        let running = stage.running
        try await running.receiver.reset()
        let number = await bench.takeNumbers(1)
        let curl = CurlClient(configuration: CurlConfiguration { _ in true })
        let data = SampleEvent.numberMember + "\(number)" + SampleEvent.rest(bytes: SampleEvent.bytesDefault)
        let start = MonotonicClock.now
        let (result, _) = await curl.send(
            HTTPRequest(
                url: "http://127.0.0.1:\(running.port)/v1/events", headers: Gateway.requestHeaders,
                body: Array(#"{"event":"\#(Self.pattern)","data":\#(data)}"#.utf8)))
        let acknowledgedAfter = Double(MonotonicClock.now - start) / 1e6
        await curl.shutdown(grace: .zero)
        let response = try result.get()
        guard response.status == 202 else { throw HelperError("\(what) was answered with \(response.status)") }

        try await running.receiver.wait(for: stage.count)
        try await running.gateway.waitUntilRecorded()
        let received = try await running.receiver.records()
        let recorded = try await running.gateway.recordedDeliveries(ofEventWith: number)
        await bench.compare(what, expected: recorded, found: received.map(\.deliveryID))
        guard recorded.count == stage.count, received.allSatisfy({ $0.number == number }) else {
            throw HelperError("\(what): \(recorded.count) of \(stage.count) deliveries were recorded")
        }
        return (acknowledgedAfter, received.rate)
    }
}
