import Glibc

/// How long an event takes from its acceptance to the receiver, beside one NOTIFY and one request at the same rate.
struct LatencyRow: BenchmarkRow {
    static let name = "latency"

    private struct Rate {
        let perSecond: Int
        /// Of one half: each rate is measured in two, the floor before each.
        let milliseconds: Int
    }

    private static let rates = [
        Rate(perSecond: 50, milliseconds: 6_000), Rate(perSecond: 200, milliseconds: 4_000),
        Rate(perSecond: 1_000, milliseconds: 3_000),
    ]
    /// Enough that an event never waits for a free one, or the slow answers would hide what they delay.
    private static let connections = 64
    private static let subscriptions = 50

    func setUp(_ bench: Bench) async throws -> RunningGateway {
        try await RunningGateway.start(bench, subscriptions: Self.subscriptions)
    }

    func tearDown(_ stage: RunningGateway) async {
        await stage.stop()
    }

    func measure(_ stage: RunningGateway, _ bench: Bench) async throws -> [Finding] {
        // Connections, prepared statements, caches.
        _ = try await latencies(Rate(perSecond: 500, milliseconds: 1_000), stage, bench)
        var findings: [Finding] = []
        for rate in Self.rates {
            Progress.say("latency, \(rate.perSecond) events/s")
            let length = bench.isQuick ? rate.milliseconds / 4 : rate.milliseconds
            let half = Rate(perSecond: rate.perSecond, milliseconds: length)
            var fromAnswer = LatencySample()
            var fromRequest = LatencySample()
            var floor = LatencySample()
            for _ in 1...2 {
                floor.append(try await self.floor(half, stage, bench))
                let measured = try await latencies(half, stage, bench)
                fromAnswer.append(measured.fromAnswer)
                fromRequest.append(measured.fromRequest)
            }
            findings.append(
                .latency(
                    LatencyFinding(
                        rate: rate.perSecond, fromAnswer: fromAnswer, fromRequest: fromRequest, floor: floor)))
        }
        return findings
    }

    private func latencies(
        _ rate: Rate, _ stage: RunningGateway, _ bench: Bench
    ) async throws -> (fromAnswer: [Int64], fromRequest: [Int64]) {
        try await stage.receiver.reset()
        let load = try await bench.load(
            port: stage.port, connections: Self.connections, milliseconds: rate.milliseconds, rate: rate.perSecond,
            eventNames: Self.subscriptions)
        try await stage.receiver.wait(for: load.records.count)
        try await stage.gateway.waitUntilRecorded()
        let received = try await stage.receiver.records()
        await bench.compare(
            "latency, \(rate.perSecond) events/s", expected: load.records.map(\.number), found: received.map(\.number))
        let arrivals = Dictionary(received.map { ($0.number, $0.receivedAt) }) { first, _ in first }
        let pairs = load.records.compactMap { sent in arrivals[sent.number].map { (sent: sent, at: $0) } }
        return (pairs.map { $0.at - $0.sent.answeredAt }, pairs.map { $0.at - $0.sent.sentAt })
    }

    private func floor(_ rate: Rate, _ stage: RunningGateway, _ bench: Bench) async throws -> [Int64] {
        try await stage.receiver.reset()
        let count = rate.milliseconds * rate.perSecond / 2_000
        let first = await bench.takeNumbers(Int64(count))
        let file = "\(bench.directory)/\(await bench.newName("floor"))"
        let program = try await ChildProgram.start(
            "floor", executable: bench.programs.bench,
            arguments: [
                "floor", "--database-url", bench.server.url(), "--url", stage.receiver.url, "--rate",
                "\(rate.perSecond)", "--count", "\(count)", "--first-number", "\(first)", "--records", file,
            ])
        _ = try await program.summary()
        let received = try await stage.receiver.records()
        let arrivals = Dictionary(received.map { ($0.number, $0.receivedAt) }) { first, _ in first }
        let sent = try Records.read(SentRecord.self, from: file)
        unlink(file)
        await bench.compare(
            "floor, \(rate.perSecond) events/s", expected: sent.map(\.number), found: received.map(\.number))
        return sent.compactMap { sent in arrivals[sent.number].map { $0 - sent.sentAt } }
    }
}
