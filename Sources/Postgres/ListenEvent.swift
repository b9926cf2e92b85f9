/// What a `listen` stream yields.
public enum ListenEvent: Sendable, Equatable {
    case notification(channel: String, payload: String)
    /// Notifications may have been missed: the connection is new (the first one too), or the reader was too slow. Look
    /// at the data itself once.
    case gap
}
