import Hummingbird
import NIOCore

/// What the HTTP server hands over with a request.
struct GatewayRequestContext: InitializableFromSource, Sendable {
    private let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        channel = source.channel
    }

    /// Cuts the connection, whatever is on its way then.
    func closeConnection(after delay: Duration) {
        channel.eventLoop.scheduleTask(in: TimeAmount(delay)) { [channel] in channel.close(promise: nil) }
    }
}
