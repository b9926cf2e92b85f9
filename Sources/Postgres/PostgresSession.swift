/// A connection that belongs to one caller, inside of `withTransaction` or `withSession`.
///
/// Statements run in the order of the calls. It must not be used after the closure has returned: calls then throw
/// `sessionEnded`.
public final class PostgresSession: Sendable {
    private let lease: Lease
    private let pool: Pool
    /// When the whole transaction has to be over.
    private let limit: MonotonicTime?

    init(lease: Lease, pool: Pool, limit: MonotonicTime?) {
        self.lease = lease
        self.pool = pool
        self.limit = limit
    }

    /// Runs one statement and returns its rows. Inside of a transaction an error dooms the transaction.
    @discardableResult
    public func execute<S: Statement>(
        _ statement: S, deadline: Duration? = nil
    ) async throws(PostgresError) -> [S.Row] {
        try await run(Operation.Work(statement), deadline: deadline).rows(of: S.self)
    }

    /// Runs one statement and returns how many rows it inserted, updated or deleted.
    @discardableResult
    public func affectedRows<S: Statement>(
        by statement: S, deadline: Duration? = nil
    ) async throws(PostgresError) -> Int {
        try await run(Operation.Work(statement), deadline: deadline).affectedRowCount
    }

    /// Runs any number of statements separated by semicolons and discards their rows. Outside of a transaction they
    /// are one transaction, unless the script itself says BEGIN and COMMIT. The first error ends it.
    public func script(_ sql: String, deadline: Duration? = nil) async throws(PostgresError) {
        try await run(.script(sql: sql), deadline: deadline)
    }

    @discardableResult
    func run(_ work: Operation.Work, deadline: Duration?) async throws(PostgresError) -> QueryResult {
        try await pool.run(work, timeout: deadline ?? pool.configuration.deadline, limit: limit, lease: lease)
    }

    /// Not cancellable: a cancelled task that got this far has done its work.
    func commit() async throws(PostgresError) {
        let answer = try await pool.finish(
            lease, with: .plain(sql: "COMMIT"), timeout: pool.configuration.deadline, limit: limit)
        guard answer.commandTag != "ROLLBACK" else {
            let message = "an earlier statement failed, so COMMIT rolled the transaction back"
            throw .server(.inFailedTransaction, message: message, constraint: nil)
        }
    }

    /// Gives the connection back; not cancellable, bounded by the pool's own patience.
    func end(resetsSession: Bool) async {
        await withCheckedContinuation { continuation in
            let isPosted = pool.reactor.post { [pool, lease] in
                pool.release(lease, resetsSession: resetsSession) { continuation.resume() }
            }
            if !isPosted { continuation.resume() }
        }
    }
}
