/// How long the database may take. Whoever calls the API gets an answer within 2 s, whatever the database does.
public enum DatabaseDeadline {
    /// All statements of one request together.
    public static let request: Duration = .milliseconds(1_500)
    /// One commit of events: a request may have to wait for the commit before its own.
    static let commit: Duration = .milliseconds(900)
    /// One change of a table, which may be as large as a table gets and wait for others of the same table: longer than
    /// the answer to any other call.
    static let table: Duration = .seconds(10)
}

/// What is left of `DatabaseDeadline.request`.
struct RequestDeadline: Sendable {
    private let end = ContinuousClock.now + DatabaseDeadline.request

    /// At least 1 ms: then the statement itself reports that it is too late.
    var remaining: Duration { max(end - ContinuousClock.now, .milliseconds(1)) }
}
