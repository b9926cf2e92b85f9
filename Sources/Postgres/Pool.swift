internal import Logging

/// The connections of one client and everybody who waits for them. `PoolState` decides; this does it.
///
/// `@unchecked Sendable` so that posted work can refer to it: every method but `init` and `start` runs on the reactor
/// thread.
final class Pool: @unchecked Sendable {
    struct Closing {
        let deadline: MonotonicTime
        var completions: [() -> Void]
    }

    let configuration: PostgresConfiguration
    let reactor = Reactor()
    let logger: Logger

    var state: PoolState
    var connections: [ConnectionID: Connection] = [:]
    var connectors: [ConnectionID: Connector] = [:]
    var leases: [ConnectionID: Lease] = [:]
    var listeners: [ObjectIdentifier: Listener] = [:]
    var waiting = FIFO<Operation>()
    var waitingLeases = FIFO<LeaseRequest>()

    /// Connections that have written during this turn.
    private var withOutput: [Connection] = []
    /// What must not happen inside a connection's callback.
    private var deferred: [() -> Void] = []
    /// The earliest time at which something may have to be done. Too early costs one look at everything.
    private var nextLook = MonotonicTime.distantFuture

    /// See `PoolState.connectTime`.
    var mostUrgent: MonotonicTime?
    /// What went wrong with the last attempt to connect, until one succeeds.
    var lastFailure: String?
    /// The loss has been logged, the recovery not yet.
    var isDown = false
    var closing: Closing?
    var isClosed = false

    init(configuration: PostgresConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
        state = PoolState(
            connectionsMax: configuration.connectionsMax, connectionsEager: configuration.connectionsEager)
    }

    /// Starts the thread. It keeps this pool alive until `close`.
    func start() {
        reactor.start { self.endTurn() }
    }

    // MARK: Shared statements

    func submit(_ operation: Operation) {
        guard !operation.isSettled else { return }
        guard closing == nil, !isClosed else { return operation.settle(.failure(.shutdown)) }
        wake(at: operation.deadline)
        if waiting.isEmpty, place(operation) { return }
        if waiting.count >= configuration.waitersMax { waiting.removeAll { $0.isSettled } }
        guard waiting.count < configuration.waitersMax else { return operation.settle(.failure(.overloaded)) }
        waiting.append(operation)
        noteUrgency(deadline: operation.deadline)
    }

    func cancel(_ operation: Operation) {
        operation.cancel()
        // If it is running, somebody has to stop it; if it waits, it has to leave the queue.
        wake(at: .now)
    }

    private func place(_ operation: Operation) -> Bool {
        guard let id = state.placeStatement(isStalled: isStalled), let connection = connections[id] else {
            return false
        }
        connection.enqueue(operation)
        return true
    }

    private func isStalled(_ id: ConnectionID) -> Bool {
        connections[id]?.isStalled(at: .now) ?? false
    }

    // MARK: The turn

    /// Runs `work` at the end of this turn, outside of any connection's callback.
    func later(_ work: @escaping () -> Void) { deferred.append(work) }

    func wake(at time: MonotonicTime) { nextLook = min(nextLook, time) }

    /// A caller without a connection is entitled to an attempt when half of its time is over.
    func noteUrgency(deadline: MonotonicTime) {
        guard state.hasFailed else { return }
        let now = MonotonicTime.now
        let middle = now + (deadline - now) / 2
        mostUrgent = min(mostUrgent ?? middle, middle)
    }

    /// - Returns: when the next turn is due.
    private func endTurn() -> MonotonicTime {
        runDeferred()
        if nextLook <= .now { look(at: .now) }
        flush()
        lendConnections()
        placeWaiting()
        closeRetired()
        openConnection()
        flush()
        closeIfDone()
        // What the last steps brought up (a connection lost while writing) is the next turn's work, at once.
        return deferred.isEmpty && withOutput.isEmpty ? nextLook : .now
    }

    private func runDeferred() {
        while !deferred.isEmpty {
            let work = deferred
            deferred = []
            for item in work { item() }
        }
    }

    /// Answers everybody whose deadline has passed and finds the next time to do so.
    private func look(at now: MonotonicTime) {
        nextLook = closing?.deadline ?? .distantFuture
        waiting.forEach { operation in
            guard !operation.isSettled else { return }
            guard operation.deadline <= now else { return wake(at: operation.deadline) }
            operation.settle(.failure(waitedInVain(operation.timeout)))
        }
        waiting.removeAll { $0.isSettled }
        waitingLeases.forEach { request in
            guard !request.isSettled else { return }
            guard request.deadline <= now else { return wake(at: request.deadline) }
            request.settle(.failure(waitedInVain(request.timeout)))
        }
        waitingLeases.removeAll { $0.isSettled }
        for connection in connections.values { wake(at: connection.check(at: now)) }
        for listener in listeners.values { wake(at: listener.check(at: now)) }
    }

    /// Nothing was sent. Without any connection, the reason is worth more than the duration.
    private func waitedInVain(_ timeout: Duration) -> PostgresError {
        guard state.openCount == 0, let lastFailure else { return .timedOut(after: timeout) }
        return .connectionLost(detail: lastFailure)
    }

    private func placeWaiting() {
        while let next = waiting.first {
            if next.isSettled {
                _ = waiting.popFirst()
            } else {
                guard place(next) else { return }
                _ = waiting.popFirst()
            }
        }
    }

    private func lendConnections() {
        while let next = waitingLeases.first {
            if next.isSettled {
                _ = waitingLeases.popFirst()
                continue
            }
            guard let id = state.lease(), let connection = connections[id] else { break }
            _ = waitingLeases.popFirst()
            let lease = Lease(connection: connection)
            connection.isExclusive = true
            leases[id] = lease
            next.settle(.success(lease))
        }
        state.reserve(forSessions: waitingLeases.count)
    }

    private func openConnection() {
        guard !isClosed else { return }
        while state.wantsConnection(
            waitingStatements: waiting.count, waitingSessions: waitingLeases.count, isStalled: isStalled)
        {
            if let time = state.connectTime(mostUrgent: mostUrgent), time > .now { return wake(at: time) }
            connect()
        }
    }

    private func flush() {
        guard !withOutput.isEmpty else { return }
        let connections = withOutput
        withOutput.removeAll(keepingCapacity: true)
        for connection in connections { connection.flush() }
    }
}

// MARK: - What connections report

extension Pool: ConnectionOwner {
    func connection(
        _ connection: Connection, finished operation: Operation, with answer: Result<QueryResult, PostgresError>
    ) {
        if !connection.isExclusive { state.statementFinished(on: connection.id) }
        if case .failure(.server(let error, _, _)) = answer {
            // The server has become a standby, or always was one: a new connection may find the primary.
            if error == .readOnlyTransaction { state.retire(connection.id) }
            if !connection.isExclusive, mayRepeat(operation, after: error, on: connection) {
                return waiting.prepend(operation)
            }
        }
        operation.settle(answer)
    }

    /// A shared statement that failed had no effect; two kinds of failure are not the caller's.
    private func mayRepeat(_ operation: Operation, after error: SQLState, on connection: Connection) -> Bool {
        guard !operation.isSettled, closing == nil else { return false }
        switch error {
        case .queryCanceled:
            // Hit by a request meant for the statement before it.
            return operation.cancelsBefore < connection.cancelCount && operation.sendCount < 3
        case .featureNotSupported, .invalidStatementName:
            // The table changed under the prepared statement ("cached plan must not change result type"), or it is gone.
            return operation.sendCount < 2
        default:
            return false
        }
    }

    func connection(_ connection: Connection, notifiedOn channel: String, payload: String) {
        // Only a session that ran LISTEN itself gets here; `listen` has connections of its own.
    }

    func connectionHasOutput(_ connection: Connection) {
        if withOutput.last !== connection { withOutput.append(connection) }
    }

    func connection(_ connection: Connection, wantsCheckAt time: MonotonicTime) {
        wake(at: time)
    }

    func connectionLost(_ connection: Connection, detail: String, sent: [Operation], unsent: [Operation]) {
        connections[connection.id] = nil
        state.closed(connection.id)
        logLoss(detail)
        let error = PostgresError.connectionLost(detail: detail)
        for operation in sent { operation.settle(.failure(error)) }
        if let lease = leases.removeValue(forKey: connection.id) {
            lease.state = .ended(error)
            for operation in unsent { operation.settle(.failure(error)) }
        } else {
            for operation in unsent.reversed() { waiting.prepend(operation) }
        }
    }
}
