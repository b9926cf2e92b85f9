internal import Logging

/// Opening and closing.
extension Pool {
    func connect() {
        let id = state.connecting()
        let connector = Connector(configuration: configuration, logger: logger)
        connectors[id] = connector
        mostUrgent = nil
        let reactor = reactor
        connector.start { outcome in
            let isPosted = reactor.post { self.connectEnded(id, outcome) }
            if !isPosted, case .success(let session) = outcome { session.discard() }
        }
    }

    private func connectEnded(_ id: ConnectionID, _ outcome: Connector.Outcome) {
        let wasWanted = connectors.removeValue(forKey: id) != nil
        switch outcome {
        case .success(let session):
            guard wasWanted, !isClosed else { return session.discard() }
            guard let connection = Connection(id: id, session: session, reactor: reactor, owner: self) else {
                return connectFailed(id, "the socket cannot be watched")
            }
            connections[id] = connection
            state.connected(id)
            lastFailure = nil
            logRecovery()
        case .failure(let detail):
            guard wasWanted, !isClosed else { return }
            connectFailed(id, detail)
        }
    }

    private func connectFailed(_ id: ConnectionID, _ detail: String) {
        state.connectFailed(id, at: .now, jitter: .random(in: 0.5...1))
        lastFailure = detail
        logLoss(detail)
    }

    func logLoss(_ detail: String) {
        guard !isDown, closing == nil else {
            return logger.debug("PostgreSQL connection lost", metadata: ["detail": "\(detail)"])
        }
        isDown = true
        logger.warning("PostgreSQL connection lost", metadata: ["detail": "\(detail)"])
    }

    private func logRecovery() {
        guard isDown else { return logger.debug("PostgreSQL connection opened") }
        isDown = false
        logger.info("PostgreSQL connection restored")
    }

    /// Closes connections that have finished and may not be used again.
    func closeRetired() {
        for slot in state.slots where slot.phase == .retiring && slot.load == 0 {
            guard let connection = connections[slot.id], !connection.isExclusive else { continue }
            connection.close()
            connections[slot.id] = nil
            state.closed(slot.id)
        }
    }

    // MARK: Shutdown

    /// Refuses new work, finishes what is under way, closes everything when that is done or `grace` has passed.
    func shutdown(grace: Duration, completion: @escaping () -> Void) {
        guard !isClosed else { return completion() }
        if closing != nil {
            closing?.completions.append(completion)
            return
        }
        let deadline = MonotonicTime.now + grace
        closing = Closing(deadline: deadline, completions: [completion])
        wake(at: deadline)
        for request in waitingLeases.takeAll() { request.settle(.failure(.shutdown)) }
        // Without a connection nothing of it is under way.
        if state.openCount == 0 { failWaiting() }
    }

    func closeIfDone() {
        guard let closing, !isClosed else { return }
        waiting.removeAll { $0.isSettled }
        let isDone = waiting.isEmpty && leases.isEmpty && connections.values.allSatisfy { $0.isIdle }
        guard isDone || closing.deadline <= .now else { return }
        close()
        for completion in closing.completions { completion() }
    }

    /// Ends everything at once, the thread too.
    func close() {
        guard !isClosed else { return }
        isClosed = true
        failWaiting()
        for request in waitingLeases.takeAll() { request.settle(.failure(.shutdown)) }
        for lease in leases.values { lease.state = .ended(.shutdown) }
        leases = [:]
        for connection in connections.values {
            for operation in connection.close() { operation.settle(.failure(.shutdown)) }
        }
        connections = [:]
        for connector in connectors.values { connector.abandon() }
        connectors = [:]
        for listener in listeners.values { listener.stop() }
        listeners = [:]
        state = PoolState(connectionsMax: configuration.connectionsMax)
        reactor.stop()
    }

    private func failWaiting() {
        for operation in waiting.takeAll() { operation.settle(.failure(.shutdown)) }
    }
}
