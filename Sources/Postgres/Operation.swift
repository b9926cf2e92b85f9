/// One thing to run on a connection, and the caller who waits for it.
final class Operation: Request<QueryResult>, @unchecked Sendable {
    enum Work: Sendable {
        /// Prepared once per connection, binary both ways.
        case prepared(sql: String, Parameters)
        /// Without parameters and not prepared: `BEGIN`, `COMMIT`.
        case plain(sql: String)
        /// Any number of statements by the simple query protocol, outside of pipeline mode.
        case script(sql: String)
    }

    let work: Work

    // MARK: State while it is on a connection

    /// What came back so far; final once the server has said that it is ready for the next.
    var answer: Result<QueryResult, PostgresError>?
    /// The statement is being prepared by this operation, and the server has not confirmed it yet.
    var isPreparing = false
    /// How many cancel requests the connection had seen when this was sent.
    var cancelsBefore = 0
    /// How often it was sent.
    var sendCount = 0

    init(_ work: Work, timeout: Duration, deadline: MonotonicTime, completion: Completion? = nil) {
        self.work = work
        super.init(timeout: timeout, deadline: deadline, completion: completion)
    }

    var sql: String {
        switch work {
        case .prepared(let sql, _), .plain(let sql), .script(let sql): sql
        }
    }
}

extension Operation.Work {
    /// The server's own limit for one message, 1 GiB, less room for its other parts.
    private static let parameterBytesMax = 1_000_000_000
    /// The protocol counts parameters in 16 bits.
    private static let parameterCountMax = 65_535

    /// - Throws: what the server would say, without closing the connection on everybody else.
    init<S: Statement>(_ statement: S) throws(PostgresError) {
        var parameters = Parameters()
        statement.encode(into: &parameters)
        guard parameters.bytes.count <= Self.parameterBytesMax, parameters.fields.count <= Self.parameterCountMax else {
            throw .server(
                .programLimitExceeded, message: "the statement has too many or too large parameters", constraint: nil)
        }
        self = .prepared(sql: S.sql, parameters)
    }
}
