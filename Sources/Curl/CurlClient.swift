/// Sends POST requests over HTTP/1.1 and HTTPS, many at a time, on one thread of its own.
///
/// Every request completes exactly once, whatever happens. How many are in flight is up to the caller: the client takes
/// all it is given. Redirects, proxies, cookies and credentials files are not used. A connection that was kept open and
/// turns out to be dead is replaced and the request sent again, so a receiver may see it twice.
public final class CurlClient: Sendable {
    /// Outcome and time from the start of the transfer to its end. Called on the curl thread, which does nothing else
    /// meanwhile: hand over and return. After shutdown it is called on the thread that called `send`.
    public typealias Completion = @Sendable (Result<HTTPResponse, TransferFailure>, Duration) -> Void

    private let queue: SubmissionQueue
    private let thread: CurlThread
    private let completionsCalled: @Sendable () -> Void

    public init(configuration: CurlConfiguration) {
        let multi = MultiHandle(configuration: configuration)
        let queue = SubmissionQueue(multi: multi)
        self.queue = queue
        completionsCalled = configuration.completionsCalled
        thread = CurlThread {
            TransferLoop(configuration: configuration, multi: multi, queue: queue).run()
        }
    }

    /// As `shutdown` without grace, but without waiting: what is in flight completes as `cancelled`.
    deinit {
        queue.stop(grace: .zero)
    }

    /// The cheapest way for many requests: no task, and one wake-up of the curl thread for all that it has not seen yet.
    public func send(_ request: HTTPRequest, completion: @escaping Completion) {
        submit(CollectionOfOne(Submission(request: request, completion: completion)))
    }

    /// Several at once, under one lock.
    public func send(_ requests: [(request: HTTPRequest, completion: Completion)]) {
        submit(requests.lazy.map { Submission(request: $0.request, completion: $0.completion) })
    }

    /// Waits for the outcome. Cancelling the task does not end the request: its own timeout does.
    public func send(_ request: HTTPRequest) async -> (
        result: Result<HTTPResponse, TransferFailure>, duration: Duration
    ) {
        await withCheckedContinuation { continuation in
            send(request) { continuation.resume(returning: ($0, $1)) }
        }
    }

    private func submit(_ submissions: some Sequence<Submission>) {
        guard queue.submit(submissions) else {
            let failure = TransferFailure(.cancelled, "the client is shut down")
            for submission in submissions { submission.completion(.failure(failure), .zero) }
            completionsCalled()
            return
        }
    }

    /// Takes no more requests (they complete as `cancelled`), lets those in flight finish for as long as `grace`, completes
    /// the rest as `cancelled`, and returns when the thread is gone and all connections are closed.
    ///
    /// May be called more than once, also at the same time; the shortest grace counts.
    public func shutdown(grace: Duration = .seconds(15)) async {
        queue.stop(grace: grace)
        await queue.ended()
        thread.join()
    }
}
