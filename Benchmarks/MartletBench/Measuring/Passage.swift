/// Events on their way from HTTP in to HTTP out, with all programs on the machine at once.
///
/// The client waits while `window` events are between both ends, so that the rate can be kept up for ever.
struct Passage: Sendable {
    let received: [ReceivedRecord]
    /// Events a second, from the first byte in to the last request out: what was accepted and came late counts too.
    let rate: Double
    let shares: ProcessorShares
    let cost: CostFinding

    private static let connections = 64
    private static let window = 2_000

    /// - Parameter subscriptions: of the gateway; each event goes to one of them.
    static func run(
        _ milliseconds: Int, through running: RunningGateway, subscriptions: Int, _ bench: Bench, what: String
    ) async throws -> Passage {
        try await running.receiver.reset()
        let postgres = await bench.server.processIdentifier
        let programs = [running.ingest, running.worker, running.receiver.program]
        let usageAtStart = try await running.gateway.usage()
        let start = ProcessorShares.Snapshot.take(programs, postgres: postgres)
        let load = try await bench.load(
            port: running.port, connections: connections, milliseconds: milliseconds, eventNames: subscriptions,
            receiver: running.receiver, window: window)
        try await running.receiver.wait(for: load.records.count)
        var shares = ProcessorShares(from: start, to: .take(programs, postgres: postgres))
        shares.add("client", load.summary["cpu_ns"])
        try await running.gateway.waitUntilRecorded()
        let usage = try await running.gateway.usage() - usageAtStart

        let received = try await running.receiver.records()
        await bench.compare("\(what), numbers", expected: load.records.map(\.number), found: received.map(\.number))
        await bench.compare(
            "\(what), delivery ids", expected: Array(Set(received.map(\.deliveryID))), found: received.map(\.deliveryID)
        )
        let elapsed = (received.last?.receivedAt ?? 0) - load.summary["started_ns"]
        return Passage(
            received: received, rate: Double(received.count) * 1e9 / Double(max(1, elapsed)), shares: shares,
            cost: CostFinding(
                what: what, kind: .delivery, divisor: Double(max(1, received.count)), usage: usage,
                ingestTime: shares.time(of: "ingest"), workerTime: shares.time(of: "worker"),
                postgresTime: shares.time(of: "postgres"),
                ingestResident: ProcessFiles.residentBytesMax(of: running.ingest.processIdentifier),
                workerResident: ProcessFiles.residentBytesMax(of: running.worker.processIdentifier)))
    }
}
