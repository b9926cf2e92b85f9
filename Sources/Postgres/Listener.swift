internal import Logging

/// One `listen` stream: a connection of its own that is opened again whenever it is lost.
///
/// Everything but `init` runs on the reactor thread.
final class Listener {
    private enum State {
        case connecting(Connector)
        case subscribing(Connection)
        case listening(Connection)
        case waiting(until: MonotonicTime)
        case stopped
    }

    private let script: String
    private let continuation: AsyncStream<ListenEvent>.Continuation
    private unowned let pool: Pool
    private var state = State.stopped
    private var backoff = Backoff()
    private var isDown = false

    init(channels: [String], continuation: AsyncStream<ListenEvent>.Continuation, pool: Pool) {
        script = channels.map { "LISTEN \(Self.quoted($0));" }.joined(separator: " ")
        self.continuation = continuation
        self.pool = pool
    }

    /// A channel is an identifier, which PostgreSQL would fold to lower case without the quotes.
    private static func quoted(_ name: String) -> String {
        var quoted = "\""
        for character in name.unicodeScalars {
            if character == "\"" { quoted.unicodeScalars.append(character) }
            quoted.unicodeScalars.append(character)
        }
        return quoted + "\""
    }

    func start() { connect() }

    /// Ends the stream.
    func stop() {
        switch state {
        case .connecting(let connector): connector.abandon()
        case .subscribing(let connection), .listening(let connection): connection.close()
        case .waiting, .stopped: break
        }
        state = .stopped
        continuation.finish()
    }

    /// - Returns: when to check again.
    func check(at now: MonotonicTime) -> MonotonicTime {
        switch state {
        case .subscribing(let connection), .listening(let connection):
            return connection.check(at: now)
        case .waiting(let time):
            guard time <= now else { return time }
            connect()
            return .distantFuture
        case .connecting, .stopped:
            return .distantFuture
        }
    }

    private func connect() {
        let connector = Connector(configuration: pool.configuration, logger: pool.logger)
        state = .connecting(connector)
        let reactor = pool.reactor
        let handle = Handle(listener: self)
        connector.start { outcome in
            let isPosted = reactor.post { handle.listener.connectEnded(connector, outcome) }
            if !isPosted, case .success(let session) = outcome { session.discard() }
        }
    }

    private func connectEnded(_ connector: Connector, _ outcome: Connector.Outcome) {
        guard case .connecting(let current) = state, current === connector else {
            if case .success(let session) = outcome { session.discard() }
            return
        }
        switch outcome {
        case .success(let session):
            let id = ConnectionID(rawValue: 0)
            guard let connection = Connection(id: id, session: session, reactor: pool.reactor, owner: self) else {
                return retry("the socket cannot be watched")
            }
            subscribe(connection)
        case .failure(let detail):
            retry(detail)
        }
    }

    private func subscribe(_ connection: Connection) {
        state = .subscribing(connection)
        connection.isExclusive = true
        let timeout = pool.configuration.connectTimeout
        let deadline = MonotonicTime.now + timeout
        pool.wake(at: deadline)
        connection.enqueue(
            Operation(.script(sql: script), timeout: timeout, deadline: deadline) { [self] answer in
                pool.later { self.subscribed(connection, answer) }
            })
        connection.flush()
    }

    private func subscribed(_ connection: Connection, _ answer: Result<QueryResult, PostgresError>) {
        guard case .subscribing(let current) = state, current === connection else { return }
        switch answer {
        case .success:
            state = .listening(connection)
            backoff.reset()
            if isDown { pool.logger.info("PostgreSQL listener restored") }
            isDown = false
            continuation.deliver(.gap)
        case .failure(let error):
            connection.close()
            retry("\(error)")
        }
    }

    private func retry(_ detail: String) {
        if !isDown { pool.logger.warning("PostgreSQL listener lost", metadata: ["detail": "\(detail)"]) }
        isDown = true
        let time = MonotonicTime.now + backoff.failed(jitter: .random(in: 0.5...1))
        state = .waiting(until: time)
        pool.wake(at: time)
    }

    /// Carries the listener through the connecting thread, which does not touch it.
    private struct Handle: @unchecked Sendable {
        let listener: Listener
    }
}

extension Listener: ConnectionOwner {
    func connection(
        _ connection: Connection, finished operation: Operation, with answer: Result<QueryResult, PostgresError>
    ) {
        operation.settle(answer)
    }

    func connection(_ connection: Connection, notifiedOn channel: String, payload: String) {
        continuation.deliver(.notification(channel: channel, payload: payload))
    }

    func connectionHasOutput(_ connection: Connection) {
        // The only output is the script, flushed by `subscribe`.
    }

    func connection(_ connection: Connection, wantsCheckAt time: MonotonicTime) {
        pool.wake(at: time)
    }

    func connectionLost(_ connection: Connection, detail: String, sent: [Operation], unsent: [Operation]) {
        // A script under way is answered by the new state: nobody else waits for it.
        retry(detail)
    }
}
