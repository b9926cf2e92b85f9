/// The way from a caller's task to the reactor and back. These run on the caller's executor.
extension Pool {
    /// Runs `work` on a shared connection, or on that of `lease`.
    ///
    /// - Parameter limit: no waiting beyond this, whatever the timeout says.
    func run(
        _ work: Operation.Work, timeout: Duration, limit: MonotonicTime? = nil, lease: Lease? = nil
    ) async throws(PostgresError) -> QueryResult {
        let operation = operation(work, timeout: timeout, limit: limit)
        return try await withTaskCancellationHandler {
            await answer(to: operation) { self.accept(operation, lease) }
        } onCancel: {
            reactor.post { self.cancel(operation) }
        }.get()
    }

    /// Runs `work` on a shared connection.
    ///
    /// - Parameter completion: called on the reactor thread, or before this returns when that has ended.
    func run(
        _ work: Operation.Work, timeout: Duration,
        completion: @escaping @Sendable (Result<QueryResult, PostgresError>) -> Void
    ) {
        let operation = operation(work, timeout: timeout, limit: nil)
        operation.completion = completion
        if !reactor.post({ self.accept(operation, nil) }) { completion(.failure(.shutdown)) }
    }

    /// Runs the last operation of a session, cancelled or not.
    func finish(
        _ lease: Lease, with work: Operation.Work, timeout: Duration, limit: MonotonicTime?
    ) async throws(PostgresError) -> QueryResult {
        let operation = operation(work, timeout: timeout, limit: limit)
        return try await answer(to: operation) {
            operation.accept()
            self.submit(operation, to: lease, isLast: true)
        }.get()
    }

    /// Waits for a connection of one's own.
    func lease(timeout: Duration) async throws(PostgresError) -> Lease {
        let request = LeaseRequest(timeout: timeout, deadline: .now + timeout)
        return try await withTaskCancellationHandler {
            await answer(to: request) {
                request.accept()
                self.request(request)
            }
        } onCancel: {
            reactor.post { self.cancel(request) }
        }.get()
    }

    private func accept(_ operation: Operation, _ lease: Lease?) {
        operation.accept()
        if let lease {
            submit(operation, to: lease, isLast: false)
        } else {
            submit(operation)
        }
    }

    private func operation(_ work: Operation.Work, timeout: Duration, limit: MonotonicTime?) -> Operation {
        let now = MonotonicTime.now
        var deadline = now + timeout
        if let limit { deadline = min(deadline, limit) }
        return Operation(work, timeout: limit == nil ? timeout : deadline - now, deadline: deadline)
    }

    /// Posts `start` and suspends until the request is settled.
    private func answer<Value: Sendable>(
        to request: Request<Value>, start: @escaping @Sendable () -> Void
    ) async -> Result<Value, PostgresError> {
        await withCheckedContinuation { continuation in
            request.completion = { continuation.resume(returning: $0) }
            if !reactor.post(start) { continuation.resume(returning: .failure(.shutdown)) }
        }
    }
}
