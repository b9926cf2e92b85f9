/// `listen` streams.
extension Pool {
    func startListening(_ channels: [String], _ key: ListenerKey, _ continuation: AsyncStream<ListenEvent>.Continuation)
    {
        guard closing == nil, !isClosed, !key.isStopped else { return continuation.finish() }
        let listener = Listener(channels: channels, continuation: continuation, pool: self)
        listeners[ObjectIdentifier(key)] = listener
        listener.start()
    }

    func stopListening(_ key: ListenerKey) {
        key.isStopped = true
        listeners.removeValue(forKey: ObjectIdentifier(key))?.stop()
    }
}

/// Names one stream from its creation on, whichever of start and stop arrives first.
///
/// `@unchecked Sendable`: its variable is touched on the reactor thread only.
final class ListenerKey: @unchecked Sendable {
    var isStopped = false
}
