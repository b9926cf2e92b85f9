public import Hummingbird
import HummingbirdCore
public import Logging

/// How this gateway serves HTTP, whatever answers: one place, so that a benchmark can put nothing behind the same
/// server and measure what is left.
public enum HTTPServer {
    /// A connection on which nothing has moved for this long is closed.
    private static let idleTimeout: Int64 = 60
    /// Connections that the kernel keeps until they are accepted.
    private static let backlog = 1_024
    /// Of one request line and all its header fields; a request needs a fraction of it.
    private static let headerBytesMax = 32 * 1_024

    /// - Parameter onListening: called once, with the address that is bound.
    public static func application<Responder: HTTPResponder>(
        host: String, port: Int, responder: Responder, limits: ConnectionLimits = ConnectionLimits(), logger: Logger,
        onListening: @escaping @Sendable (_ host: String, _ port: Int) -> Void = { _, _ in }
    ) -> Application<Responder> where Responder.Context: InitializableFromSource<ApplicationRequestContextSource> {
        // The library says what it does at `info`; that is our line to write.
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .notice)
        let connections = ConnectionCount(max: limits.connectionsMax)
        return Application(
            responder: responder,
            server: HTTPServerBuilder { responder in
                EventLoopChannel(
                    base: HTTP1Channel(
                        responder: responder,
                        configuration: .init(
                            additionalChannelHandlers: [BodyDeadline(limits.bodyTime)],
                            idleTimeout: .seconds(idleTimeout),
                            httpDecoderConfiguration: .init(
                                maxHeaderFieldSize: headerBytesMax, maxHeaderListSize: headerBytesMax,
                                maxHeaderFieldCount: 100))),
                    connections: connections)
            },
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port), backlog: backlog),
            onServerRunning: { channel in
                let bound = channel.localAddress
                let (host, port) = (bound?.ipAddress ?? host, bound?.port ?? port)
                logger.info("listening on \(host.contains(":") ? "[\(host)]" : host):\(port)")
                onListening(host, port)
            },
            logger: quiet)
    }
}
