/// What went wrong between this process and PostgreSQL.
///
/// No case carries parameter values: they may be payloads or secrets.
public enum PostgresError: Error, Equatable, Sendable {
    /// The server answered with an error; the statement (or, inside a transaction, the transaction) had no effect.
    /// Match on the state, never on the message. `constraint` is the name of the violated constraint.
    case server(SQLState, message: String, constraint: String?)
    /// The socket closed or never opened within the deadline. The outcome of a statement in flight is unknown.
    case connectionLost(detail: String)
    /// No answer within the deadline, counted from the call. The statement may still have taken effect.
    case timedOut(after: Duration)
    /// The task was cancelled. The statement may still have taken effect.
    case cancelled
    /// As many statements or sessions are waiting as the configuration allows; nothing was sent.
    case overloaded
    /// The client has been shut down; nothing was sent.
    case shutdown
    /// The session was used after its closure had returned; nothing was sent.
    case sessionEnded
    /// The answer does not have the columns or types that the statement decodes. `detail` names column and type, never
    /// a value.
    case undecodable(detail: String)
    /// The connection URL cannot be parsed.
    case invalidConfiguration(detail: String)
}

extension PostgresError {
    /// The SQLSTATE when the server answered with an error.
    public var state: SQLState? {
        guard case .server(let state, _, _) = self else { return nil }
        return state
    }

    /// Whether the same call may succeed later without any change.
    ///
    /// It says nothing about effects: after `connectionLost`, `timedOut` and `cancelled` the statement may have been
    /// committed, so repeat only what may happen twice.
    public var isTransient: Bool {
        switch self {
        case .connectionLost, .timedOut, .overloaded:
            return true
        case .server(let state, _, _):
            switch state {
            case .serializationFailure, .deadlockDetected, .lockNotAvailable, .readOnlyTransaction, .queryCanceled:
                return true
            default:
                // 08 connection exceptions, 53 insufficient resources, 57P operator intervention.
                return state.classCode == "08" || state.classCode == "53" || state.rawValue.hasPrefix("57P")
            }
        case .cancelled, .shutdown, .sessionEnded, .undecodable, .invalidConfiguration:
            return false
        }
    }
}

extension PostgresError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .server(let state, let message, let constraint):
            let suffix = constraint.map { " (constraint \($0))" } ?? ""
            return "PostgreSQL error \(state): \(message)\(suffix)"
        case .connectionLost(let detail): return "no connection to PostgreSQL: \(detail)"
        case .timedOut(let duration): return "no answer from PostgreSQL within \(duration)"
        case .cancelled: return "the call to PostgreSQL was cancelled"
        case .overloaded: return "too many calls wait for PostgreSQL"
        case .shutdown: return "the PostgreSQL client is shut down"
        case .sessionEnded: return "the PostgreSQL session has ended"
        case .undecodable(let detail): return "unexpected answer from PostgreSQL: \(detail)"
        case .invalidConfiguration(let detail): return "invalid PostgreSQL URL: \(detail)"
        }
    }
}
