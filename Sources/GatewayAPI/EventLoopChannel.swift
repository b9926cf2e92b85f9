import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTPTypes

/// HTTP/1.1 of which everything runs on the thread that reads and writes the connection: between the socket and the
/// answer no other thread has to be woken but the one that commits.
struct EventLoopChannel: ServerChildChannel {
    let base: HTTP1Channel
    let connections: ConnectionCount
    /// Those that are being told that there are too many.
    let refusals = ConnectionCount(max: 64)

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        base.setup(channel: channel, logger: logger)
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async {
        await withTaskExecutorPreference(EventLoopExecutor(value.channel.eventLoop)) {
            guard connections.enter() else { return await refuse(value) }
            await base.handle(value: value, logger: logger)
            connections.leave()
        }
    }

    /// How long somebody who is refused has to read that: what they send meanwhile is thrown away. Closing at once would
    /// often destroy the answer on its way (RFC 9112 §9.6).
    private static let linger: TimeAmount = .seconds(1)

    private func refuse(_ value: HTTP1Channel.Value) async {
        let mayLinger = refusals.enter()
        defer { if mayLinger { refusals.leave() } }
        let problem = Problem.tooManyConnections
        try? await value.executeThenClose { inbound, outbound in
            try await outbound.write(.head(problem.head))
            try await outbound.write(.body(ByteBuffer(bytes: problem.document)))
            try await outbound.write(.end(nil))
            outbound.finish()
            guard mayLinger else { return }
            let end = value.channel.eventLoop.scheduleTask(in: Self.linger) { value.channel.close(promise: nil) }
            for try await _ in inbound {}
            end.cancel()
        }
    }
}

/// Runs tasks on the thread of an event loop.
private final class EventLoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) {
        self.loop = loop
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
