import Synchronization

/// The requests received so far, and who waits for how many. Used from any thread.
final class RequestLog: Sendable {
    private struct Waiter {
        let count: Int
        let deadline: UInt64
        let continuation: CheckedContinuation<[ReceivedRequest], any Error>
    }

    private struct State {
        var requests: [ReceivedRequest] = []
        var waiters: [Waiter] = []
        var isClosed = false
    }

    private let state = Mutex(State())

    var requests: [ReceivedRequest] { state.withLock { $0.requests } }
    /// When `expire` is due.
    var nextDeadline: UInt64? { state.withLock { $0.waiters.lazy.map(\.deadline).min() } }

    func append(_ request: ReceivedRequest) {
        let (served, requests) = state.withLock { state in
            state.requests.append(request)
            guard !state.waiters.isEmpty else { return ([Waiter](), [ReceivedRequest]()) }
            let count = state.requests.count
            let served = state.waiters.filter { $0.count <= count }
            state.waiters.removeAll { $0.count <= count }
            return (served, state.requests)
        }
        for waiter in served { waiter.continuation.resume(returning: requests) }
    }

    func wait(count: Int, deadline: UInt64, _ continuation: CheckedContinuation<[ReceivedRequest], any Error>) {
        let result: Result<[ReceivedRequest], any Error>? = state.withLock { state in
            if state.requests.count >= count { return .success(state.requests) }
            if state.isClosed { return .failure(ReceiverError.stopped(received: state.requests.count, wanted: count)) }
            state.waiters.append(Waiter(count: count, deadline: deadline, continuation: continuation))
            return nil
        }
        if let result { continuation.resume(with: result) }
    }

    /// Fails those whose time is up.
    func expire(_ now: UInt64) {
        fail(where: { $0.deadline <= now }) { .timedOut(received: $0, wanted: $1) }
    }

    /// Fails everybody who waits, now and later.
    func close() {
        state.withLock { $0.isClosed = true }
        fail(where: { _ in true }) { .stopped(received: $0, wanted: $1) }
    }

    private func fail(where isHopeless: (Waiter) -> Bool, error: (Int, Int) -> ReceiverError) {
        let (failed, count) = state.withLock { state in
            let failed = state.waiters.filter(isHopeless)
            if !failed.isEmpty { state.waiters.removeAll(where: isHopeless) }
            return (failed, state.requests.count)
        }
        for waiter in failed { waiter.continuation.resume(throwing: error(count, waiter.count)) }
    }
}
