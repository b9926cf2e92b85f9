import NIOCore
import NIOHTTPTypes

/// The body of a request took longer than it may.
struct BodyTooSlow: Error {}

/// Ends a body that takes too long with `BodyTooSlow`: whoever reads it learns of it, and nothing more is read.
///
/// Runs on the event loop of its connection alone.
final class BodyDeadline: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart

    private let time: TimeAmount
    private var isReading = false
    private var timer: Scheduled<Void>?

    init(_ time: Duration) {
        self.time = TimeAmount(time)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head: isReading = true
        case .body: break
        case .end: stop()
        }
        context.fireChannelRead(data)
    }

    /// Nearly all requests come in one piece, and need no timer.
    func channelReadComplete(context: ChannelHandlerContext) {
        if isReading, timer == nil {
            let loopBound = NIOLoopBound(context, eventLoop: context.eventLoop)
            timer = context.eventLoop.scheduleTask(in: time) { loopBound.value.fireErrorCaught(BodyTooSlow()) }
        }
        context.fireChannelReadComplete()
    }

    func channelInactive(context: ChannelHandlerContext) {
        stop()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        stop()
    }

    private func stop() {
        isReading = false
        timer?.cancel()
        timer = nil
    }
}
