/// A caller who waits for an answer until a deadline.
///
/// `@unchecked Sendable`: the caller builds it and sets `completion`, then `Reactor.post` hands it over (and orders
/// memory). A cancellation may reach the reactor before the request itself does; until `accept` it only leaves a mark,
/// so that `completion` is never touched by two threads.
class Request<Value: Sendable>: @unchecked Sendable {
    typealias Completion = (Result<Value, PostgresError>) -> Void

    let timeout: Duration
    let deadline: MonotonicTime
    /// Called once, on the reactor thread. Set before the request is posted.
    var completion: Completion?

    private var isAccepted = false
    private var isCancelled = false
    /// The caller has its answer; whatever comes later is discarded.
    private(set) var isSettled = false

    init(timeout: Duration, deadline: MonotonicTime, completion: Completion? = nil) {
        self.timeout = timeout
        self.deadline = deadline
        self.completion = completion
    }

    // MARK: On the reactor thread

    /// The request has arrived.
    func accept() {
        isAccepted = true
        if isCancelled { settle(.failure(.cancelled)) }
    }

    func cancel() {
        isCancelled = true
        if isAccepted { settle(.failure(.cancelled)) }
    }

    /// Gives the caller its answer, unless it has one.
    func settle(_ result: Result<Value, PostgresError>) {
        guard !isSettled else { return }
        isSettled = true
        completion?(result)
        completion = nil
    }
}
