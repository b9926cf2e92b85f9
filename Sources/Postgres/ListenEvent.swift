/// What a `listen` stream yields.
public enum ListenEvent: Sendable, Equatable {
    case notification(channel: String, payload: String)
    /// Notifications may have been missed: the connection is new (the first one too), or the reader was too slow. Look
    /// at the data itself once.
    case gap
}

extension AsyncStream<ListenEvent>.Continuation {
    /// Yields `event` to a stream that keeps the newest events. A full buffer drops its oldest: a gap behind the rest
    /// says so. (If the gap drops another, it stands for that one too.)
    func deliver(_ event: ListenEvent) {
        if case .dropped = yield(event) { yield(.gap) }
    }
}
