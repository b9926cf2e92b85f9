public import Logging

/// A pool of connections to one PostgreSQL database, on one thread of its own.
///
/// - Statements of any number of callers are pipelined over at most `connectionsMax` shared connections, each one a
///   transaction of its own.
/// - `withTransaction` and `withSession` lend a connection for exclusive use, first come, first served.
/// - Connections open when they are needed and again after they are lost; every call ends by its deadline, also while
///   the server is away.
///
/// Inside of a session use the session for everything that touches the same rows: a statement of the client itself can
/// wait for a lock that the session holds.
public final class PostgresClient: Sendable {
    private let pool: Pool

    /// Starts the thread; connects on the first call.
    public init(_ configuration: PostgresConfiguration, logger: Logger) {
        pool = Pool(configuration: configuration, logger: logger)
        pool.start()
    }

    deinit {
        let pool = pool
        pool.reactor.post { pool.close() }
    }

    /// The client's thread, for tasks that mostly wait for it: what an answer leads to then happens where it came in, and
    /// no other thread has to be woken. It serves no connection meanwhile, so such tasks must not compute for long.
    public var executor: any TaskExecutor { pool.reactor }

    /// Runs one statement as a transaction of its own and returns its rows.
    ///
    /// - Parameter deadline: how long the call may take, waiting and connecting included; the configuration's default
    ///   when `nil`.
    @discardableResult
    public func execute<S: Statement>(
        _ statement: S, deadline: Duration? = nil
    ) async throws(PostgresError) -> [S.Row] {
        try await answer(to: statement, deadline).rows(of: S.self)
    }

    /// The same without a task that waits.
    ///
    /// - Parameter completion: called once; on the client's thread, which serves nobody else meanwhile, or, when there
    ///   is nothing to wait for, before this returns.
    public func execute<S: Statement>(
        _ statement: S, deadline: Duration? = nil,
        completion: @escaping @Sendable (Result<[S.Row], PostgresError>) -> Void
    ) {
        let work: Operation.Work
        do throws(PostgresError) {
            work = try Operation.Work(statement)
        } catch {
            return completion(.failure(error))
        }
        pool.run(work, timeout: deadline ?? pool.configuration.deadline) { answer in
            completion(
                answer.flatMap { result in
                    do throws(PostgresError) {
                        return .success(try result.rows(of: S.self))
                    } catch {
                        return .failure(error)
                    }
                })
        }
    }

    /// Runs one statement and returns how many rows it inserted, updated or deleted.
    @discardableResult
    public func affectedRows<S: Statement>(
        by statement: S, deadline: Duration? = nil
    ) async throws(PostgresError) -> Int {
        try await answer(to: statement, deadline).affectedRowCount
    }

    /// Runs `body` in a transaction on a connection of its own: committed when it returns, rolled back when it throws.
    ///
    /// A server error that `body` swallows leaves nothing to commit: the call then throws `inFailedTransaction`. When
    /// the answer to COMMIT is missing (`connectionLost`, `timedOut`), the outcome is unknown.
    ///
    /// - Parameter deadline: bounds the whole transaction from the call on. When `nil`, every step has the
    ///   configuration's default to itself.
    public func withTransaction<R: Sendable>(
        deadline: Duration? = nil, _ body: (PostgresSession) async throws -> R
    ) async throws -> R {
        let limit = deadline.map { MonotonicTime.now + $0 }
        let session = PostgresSession(lease: try await lease(deadline), pool: pool, limit: limit)
        do {
            try await session.run(.plain(sql: "BEGIN"), deadline: nil)
            let value = try await body(session)
            try await session.commit()
            await session.end(resetsSession: false)
            return value
        } catch {
            await session.end(resetsSession: false)
            throw error
        }
    }

    /// Lends `body` a connection of its own, outside of a transaction: for scripts, advisory locks, settings.
    ///
    /// What the session leaves behind (an open transaction, locks, settings, temporary tables) is undone before this
    /// returns. After a script the connection is closed.
    ///
    /// - Parameter deadline: bounds the wait for the connection, not the session.
    public func withSession<R: Sendable>(
        deadline: Duration? = nil, _ body: (PostgresSession) async throws -> R
    ) async throws -> R {
        let session = PostgresSession(lease: try await lease(deadline), pool: pool, limit: nil)
        do {
            let value = try await body(session)
            await session.end(resetsSession: true)
            return value
        } catch {
            await session.end(resetsSession: true)
            throw error
        }
    }

    /// Notifications on `channels` (case-sensitive names), on a connection of its own that is opened again whenever it
    /// is lost.
    ///
    /// `.gap` comes first, after every reconnect, and when the reader was too slow. The stream ends on `shutdown` or
    /// when its reader is cancelled or drops it.
    public func listen(_ channels: [String]) -> AsyncStream<ListenEvent> {
        let pool = pool
        let (stream, continuation) = AsyncStream.makeStream(
            of: ListenEvent.self, bufferingPolicy: .bufferingNewest(max(2, pool.configuration.notificationsMax)))
        let key = ListenerKey()
        continuation.onTermination = { _ in
            pool.reactor.post { pool.stopListening(key) }
        }
        let isPosted = pool.reactor.post { pool.startListening(channels, key, continuation) }
        if !isPosted { continuation.finish() }
        return stream
    }

    /// Refuses new calls, finishes what is under way, closes all connections and ends the thread.
    ///
    /// - Parameter grace: how long what is under way may take; then it fails with `shutdown`.
    public func shutdown(grace: Duration = .seconds(5)) async {
        await withCheckedContinuation { continuation in
            let pool = pool
            let isPosted = pool.reactor.post { pool.shutdown(grace: grace) { continuation.resume() } }
            if !isPosted { continuation.resume() }
        }
    }

    private func answer<S: Statement>(
        to statement: S, _ deadline: Duration?
    ) async throws(PostgresError) -> QueryResult {
        let work = try Operation.Work(statement)
        return try await pool.run(work, timeout: deadline ?? pool.configuration.deadline)
    }

    private func lease(_ deadline: Duration?) async throws(PostgresError) -> Lease {
        try await pool.lease(timeout: deadline ?? pool.configuration.deadline)
    }
}
