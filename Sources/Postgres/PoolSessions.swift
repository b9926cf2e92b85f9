/// Sessions: connections that belong to one caller for a while.
extension Pool {
    /// As `DISCARD ALL`, which also forgets prepared statements (kept here: their texts are fixed) and is not allowed
    /// beside other commands.
    private static let resetScript = """
        SET SESSION AUTHORIZATION DEFAULT; RESET ALL; CLOSE ALL; UNLISTEN *; \
        SELECT pg_catalog.pg_advisory_unlock_all(); DISCARD TEMP; DISCARD SEQUENCES
        """

    /// How long each step of tidying up may take before the connection is closed instead.
    private static let tidyUpMax: Duration = .seconds(5)

    func request(_ request: LeaseRequest) {
        guard !request.isSettled else { return }
        guard closing == nil, !isClosed else { return request.settle(.failure(.shutdown)) }
        if waitingLeases.count >= configuration.waitersMax { waitingLeases.removeAll { $0.isSettled } }
        guard waitingLeases.count < configuration.waitersMax else { return request.settle(.failure(.overloaded)) }
        waitingLeases.append(request)
        wake(at: request.deadline)
        noteUrgency(deadline: request.deadline)
    }

    func cancel(_ request: LeaseRequest) {
        request.settle(.failure(.cancelled))
        wake(at: .now)
    }

    /// - Parameter isLast: the session's closure has returned; nothing of its own is accepted after this.
    func submit(_ operation: Operation, to lease: Lease, isLast: Bool) {
        guard !operation.isSettled else { return }
        switch lease.state {
        case .active(let connection):
            guard connection.count < configuration.waitersMax else { return operation.settle(.failure(.overloaded)) }
            if case .script = operation.work { lease.hasRunScript = true }
            if isLast { lease.state = .ending(connection) }
            wake(at: operation.deadline)
            connection.enqueue(operation)
        case .ending:
            operation.settle(.failure(.sessionEnded))
        case .ended(let error):
            operation.settle(.failure(error))
        }
    }

    /// Takes a session's connection back.
    ///
    /// - Parameters:
    ///   - resetsSession: undo what a session may have left behind besides a transaction: settings, advisory locks,
    ///     temporary tables, cursors, LISTEN.
    ///   - completion: called when the server has confirmed, or at once when it is still busy with a statement that
    ///     the session has given up.
    func release(_ lease: Lease, resetsSession: Bool, completion: @escaping () -> Void) {
        guard let connection = lease.connection else { return completion() }
        lease.state = .ending(connection)
        guard connection.isIdle || connection.isAbandoned else {
            // A task that outlived its session's closure still uses the connection.
            closeLeased(connection, lease)
            return completion()
        }
        if connection.isIdle {
            tidyUp(connection, lease, resetsSession: resetsSession, completion: completion)
        } else {
            completion()
            tidyUp(connection, lease, resetsSession: resetsSession) {}
        }
    }

    private func tidyUp(
        _ connection: Connection, _ lease: Lease, resetsSession: Bool, completion: @escaping () -> Void
    ) {
        var steps: [Operation.Work] = []
        if !connection.isIdle || !connection.isOutsideTransaction { steps.append(.plain(sql: "ROLLBACK")) }
        if resetsSession { steps.append(.script(sql: Self.resetScript)) }
        run(steps[...], on: connection) { [self] isClean in
            giveBack(connection, lease, isClean: isClean)
            completion()
        }
    }

    /// Runs one step after the other, each only when the one before has succeeded.
    private func run(
        _ steps: ArraySlice<Operation.Work>, on connection: Connection, completion: @escaping (Bool) -> Void
    ) {
        guard let step = steps.first else { return completion(true) }
        let deadline = MonotonicTime.now + Self.tidyUpMax
        wake(at: deadline)
        connection.enqueue(
            Operation(step, timeout: Self.tidyUpMax, deadline: deadline) { [self] answer in
                later {
                    guard case .success = answer else { return completion(false) }
                    self.run(steps.dropFirst(), on: connection, completion: completion)
                }
            })
    }

    private func giveBack(_ connection: Connection, _ lease: Lease, isClean: Bool) {
        // Lost or closed in the meantime: the lease has ended already.
        guard lease.connection != nil else { return }
        let isReusable =
            isClean && connection.isIdle && connection.isOutsideTransaction && !lease.hasRunScript
            && state.phase(of: connection.id) == .leased
        guard isReusable else { return closeLeased(connection, lease) }
        lease.state = .ended(.sessionEnded)
        leases[connection.id] = nil
        connection.isExclusive = false
        state.returned(connection.id)
    }

    private func closeLeased(_ connection: Connection, _ lease: Lease) {
        lease.state = .ended(.sessionEnded)
        leases[connection.id] = nil
        connections[connection.id] = nil
        state.closed(connection.id)
        for operation in connection.close() { operation.settle(.failure(.sessionEnded)) }
    }
}
