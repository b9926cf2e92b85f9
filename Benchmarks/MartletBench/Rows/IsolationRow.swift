/// How long events take to healthy receivers while others misbehave ÷ while nobody does.
///
/// Two gateways take turns, of which only one runs at a time. Both send 200 events a second to 20 healthy subscriptions;
/// on one of them four more take a tenth of the events each: one hangs and has 10,000 deliveries queued, one answers
/// after 5 s, one refuses connections, one is asked too much and says so with 429.
struct IsolationRow: BenchmarkRow {
    static let name = "isolation"

    struct Stage: Sendable {
        let receiver: Receiver
        /// Of its own, so that what it costs is not the healthy one's.
        let difficult: Receiver
        let quiet: Gateway
        let disturbed: Gateway
    }

    private static let healthyCount = 20
    private static let rate = 200
    private static let rounds = 5
    private static let connections = 16
    /// The number of the event name whose deliveries are queued before anything runs, for who hangs.
    private static let queuedName = 99

    private func queuedCount(_ bench: Bench) -> Int { bench.isQuick ? 1_000 : 10_000 }

    func setUp(_ bench: Bench) async throws -> Stage {
        let receiver = try await Receiver.start(bench)
        let difficult = try await Receiver.start(bench)
        let quiet = try await gateway(bench, receiver, [])
        let disturbed = try await gateway(bench, receiver, Self.difficultSubscriptions(difficult))
        try await disturbed.fill(queuedCount(bench), eventNames: 1, firstName: Self.queuedName)
        return Stage(receiver: receiver, difficult: difficult, quiet: quiet, disturbed: disturbed)
    }

    private func gateway(
        _ bench: Bench, _ receiver: Receiver, _ others: [SampleSubscription]
    ) async throws -> Gateway {
        let gateway = try await Gateway.make(bench)
        let (ingest, port) = try await gateway.startIngest()
        try await gateway.subscribe(Self.healthyCount, to: receiver.url, ingestPort: port)
        try await gateway.subscribe(others, ingestPort: port)
        await ingest.stop()
        return gateway
    }

    private static func difficultSubscriptions(_ receiver: Receiver) -> [SampleSubscription] {
        // Two of the twenty names each.
        func names(_ index: Int) -> [String] { [index, index + 10].map(SampleEvent.eventName) }
        return [
            SampleSubscription(
                name: Difficulty.hangs.rawValue, patterns: names(0) + [SampleEvent.eventName(queuedName)],
                url: receiver.url(ReceiverBehaviour(hangs: true)), timeoutSeconds: 30),
            SampleSubscription(
                name: Difficulty.slow.rawValue, patterns: names(1),
                url: receiver.url(ReceiverBehaviour(delay: 5_000)), timeoutSeconds: 30),
            // The discard service's port, at which nobody listens.
            SampleSubscription(
                name: Difficulty.refuses.rawValue, patterns: names(2), url: "http://127.0.0.1:9/"),
            SampleSubscription(
                name: Difficulty.busy.rawValue, patterns: names(3),
                url: receiver.url(ReceiverBehaviour(takesOneIn: 5))),
        ]
    }

    func tearDown(_ stage: Stage) async {
        await stage.quiet.remove()
        await stage.disturbed.remove()
        await stage.receiver.stop()
        await stage.difficult.stop()
    }

    func measure(_ stage: Stage, _ bench: Bench) async throws -> [Finding] {
        var halves: [(quiet: LatencySample, disturbed: LatencySample)] = []
        var disturbances: [Disturbance] = []
        for round in 1...(bench.isQuick ? 1 : Self.rounds) {
            let isQuietFirst = !round.isMultiple(of: 2)
            let before = isQuietFirst ? try await quiet(stage, bench, round) : LatencySample()
            let (disturbed, disturbance) = try await disturbed(stage, bench, round)
            let quiet = isQuietFirst ? before : try await quiet(stage, bench, round)
            halves.append((quiet, disturbed))
            Progress.say(
                "isolation, round \(round): p99 \(NumberText.milliseconds(quiet.percentile(0.99))) ms, "
                    + "disturbed \(NumberText.milliseconds(disturbed.percentile(0.99))) ms")
            disturbances.append(disturbance)
        }
        func finding(_ name: String, _ fraction: Double, _ aim: Aim?) -> Finding {
            .ratio(
                RatioFinding(
                    what: "isolation, \(name) accepted → received, disturbed ÷ not", unit: "ms",
                    rounds: halves.map { half in
                        RatioFinding.Round(
                            measured: Double(half.disturbed.percentile(fraction)) / 1e6,
                            reference: Double(half.quiet.percentile(fraction)) / 1e6)
                    }, aim: aim))
        }
        return [finding("p50", 0.5, nil), finding("p99", 0.99, .atMost(1.1))]
            + disturbances.suffix(1).map { .note("isolation, the disturbance in the last round: \($0.text)") }
    }

    private func quiet(_ stage: Stage, _ bench: Bench, _ round: Int) async throws -> LatencySample {
        try await running(stage.quiet) { port in
            try await latencies(stage.quiet, stage.receiver, port, bench, "isolation, quiet, round \(round)")
        }
    }

    private func disturbed(
        _ stage: Stage, _ bench: Bench, _ round: Int
    ) async throws -> (LatencySample, Disturbance) {
        let gateway = stage.disturbed
        return try await running(gateway) { port in
            let start = try await gateway.difficulties()
            let (sample, reactivations) = try await reactivating(gateway) {
                try await latencies(
                    gateway, stage.receiver, port, bench, "isolation, disturbed, round \(round)")
            }
            let disturbance = Disturbance(
                start: start, end: try await gateway.difficulties(), reactivations: reactivations)
            guard disturbance.wasThere(queued: queuedCount(bench)) else {
                throw HelperError("the disturbance was not there: \(disturbance.text)")
            }
            return (sample, disturbance)
        }
    }

    /// Both programs run as long as `body` does. What they have in flight then is let go: it hangs.
    private func running<R: Sendable>(
        _ gateway: Gateway, _ body: (_ ingestPort: UInt16) async throws -> R
    ) async throws -> R {
        let (ingest, port) = try await gateway.startIngest()
        let result: Result<R, any Error>
        do {
            let worker = try await gateway.startWorker(["MARTLET_SHUTDOWN_GRACE": "0s"])
            do {
                result = .success(try await body(port))
            } catch {
                result = .failure(error)
            }
            await worker.stop()
        } catch {
            await ingest.stop()
            throw error
        }
        await ingest.stop()
        return try result.get()
    }

    /// Runs `body` while somebody switches on, twice a second, what the circuit breaker has switched off: else those
    /// who fail would soon disturb nobody.
    private func reactivating<R: Sendable>(
        _ gateway: Gateway, _ body: () async throws -> R
    ) async throws -> (R, reactivations: Int) {
        let administrator = Task {
            var count = 0
            while !Task.isCancelled {
                count += try await gateway.reactivateAll()
                try? await Task.sleep(for: .milliseconds(500))
            }
            return count
        }
        defer { administrator.cancel() }
        let result = try await body()
        administrator.cancel()
        return (result, try await administrator.value)
    }

    /// Of the healthy subscriptions, after a while that does not count.
    private func latencies(
        _ gateway: Gateway, _ receiver: Receiver, _ port: UInt16, _ bench: Bench, _ what: String
    ) async throws -> LatencySample {
        try await receiver.reset()
        func load(_ milliseconds: Int) async throws -> [SentRecord] {
            try await bench.load(
                port: port, connections: Self.connections,
                milliseconds: bench.isQuick ? milliseconds / 4 : milliseconds,
                rate: Self.rate, eventNames: Self.healthyCount
            ).records
        }
        let warming = try await load(2_000)
        let counted = try await load(5_000)
        let sent = warming + counted
        try await receiver.wait(for: sent.count)
        // Or the next worker would send them again: this one is stopped at once.
        try await gateway.waitUntilRecorded(ignoring: Difficulty.allCases.map(\.rawValue))
        let received = try await receiver.records()
        await bench.compare(what, expected: sent.map(\.number), found: received.map(\.number))
        let arrivals = Dictionary(received.map { ($0.number, $0.receivedAt) }) { first, _ in first }
        var sample = LatencySample()
        sample.append(counted.compactMap { sent in arrivals[sent.number].map { $0 - sent.answeredAt } })
        return sample
    }
}
