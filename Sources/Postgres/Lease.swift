/// A connection that belongs to one session for a while.
///
/// `@unchecked Sendable`: its variables are touched on the reactor thread only.
final class Lease: @unchecked Sendable {
    enum State {
        case active(Connection)
        /// The session's closure has returned; the connection is being tidied up.
        case ending(Connection)
        /// Why the session has no connection any more.
        case ended(PostgresError)
    }

    var state: State
    /// A script may have done anything to the session, so its connection is not used again.
    var hasRunScript = false

    init(connection: Connection) { state = .active(connection) }

    var connection: Connection? {
        switch state {
        case .active(let connection), .ending(let connection): connection
        case .ended: nil
        }
    }
}

/// A caller who waits for a connection of its own.
typealias LeaseRequest = Request<Lease>
