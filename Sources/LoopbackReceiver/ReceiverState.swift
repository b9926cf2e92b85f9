import Synchronization

/// What the receiver's thread and its users share.
final class ReceiverState: Sendable {
    let poller: Poller
    let log = RequestLog()
    let isRecording: Bool
    let isStopped = Atomic(false)
    let connectionCount = Atomic(0)
    let requestCount = Atomic(0)

    init(poller: Poller, isRecording: Bool) {
        self.poller = poller
        self.isRecording = isRecording
    }
}
