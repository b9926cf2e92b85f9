/// A gateway at work: both programs on one database, and a receiver that every subscription goes to.
struct RunningGateway: Sendable {
    let receiver: Receiver
    let gateway: Gateway
    let ingest: ChildProgram
    let port: UInt16
    let worker: ChildProgram

    /// - Parameter subscriptions: to one event name each.
    static func start(_ bench: Bench, subscriptions: Int) async throws -> RunningGateway {
        let receiver = try await Receiver.start(bench)
        let gateway = try await Gateway.make(bench)
        let (ingest, port) = try await gateway.startIngest()
        try await gateway.subscribe(subscriptions, to: receiver.url, ingestPort: port)
        return RunningGateway(
            receiver: receiver, gateway: gateway, ingest: ingest, port: port, worker: try await gateway.startWorker())
    }

    func stop() async {
        await worker.stop()
        await ingest.stop()
        await gateway.remove()
        await receiver.stop()
    }
}
