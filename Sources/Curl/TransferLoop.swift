internal import CLibCurl
import Glibc

/// The work of the curl thread: starts what was submitted, lets libcurl run, reports what has ended.
///
/// Made and used on that thread alone.
final class TransferLoop {
    private let configuration: CurlConfiguration
    private let multi: MultiHandle
    private let queue: SubmissionQueue
    /// Not yet started, in order.
    private var submitted: [Submission] = []
    private var active: [EasyHandle] = []
    /// Grows to the largest number of requests that were in flight at once.
    private var idle: [EasyHandle] = []
    private var nextOverdueCheck = MonotonicTime.now
    /// Completions have been called in this turn.
    private var hasCompleted = false

    /// How late a timeout that libcurl does not notice may be.
    private static let overdueCheckMilliseconds: CInt = 250
    private static let idleMilliseconds: CInt = 60_000

    init(configuration: CurlConfiguration, multi: MultiHandle, queue: SubmissionQueue) {
        self.configuration = configuration
        self.multi = multi
        self.queue = queue
    }

    /// Returns once shutdown has been asked for and every request has been completed.
    func run() {
        while true {
            let endBy = queue.take(into: &submitted)
            startSome()

            multi.perform()
            while let (handle, code) = multi.nextEnded() { complete(handle) { $0.outcome(code) } }
            failOverdue()

            if let endBy {
                if MonotonicTime.now >= endBy { failAll() }
                if active.isEmpty, submitted.isEmpty { break }
            }
            reportCompletions()
            if submitted.isEmpty { wait(endBy: endBy) }
        }
        reportCompletions()
        idle = []
        multi.close()
        queue.end()
    }

    /// The rest has to wait for a turn of its own: what has ended meanwhile is reported in between, and others are not idle
    /// while hundreds are sent here.
    private static let startsPerTurn = 32

    private func startSome() {
        let count = min(submitted.count, Self.startsPerTurn)
        for submission in submitted.prefix(count) { start(submission) }
        submitted.removeFirst(count)
    }

    private func start(_ submission: Submission) {
        let handle = idle.popLast() ?? EasyHandle(configuration: configuration, share: multi.share)
        do throws(TransferFailure) {
            try handle.begin(submission)
        } catch {
            retire(handle)
            report(.failure(error), of: submission, after: .zero)
            return
        }
        guard multi.add(handle) else {
            retire(handle)
            report(.failure(TransferFailure(.other, "libcurl takes no more requests")), of: submission, after: .zero)
            return
        }
        handle.activeIndex = active.count
        active.append(handle)
    }

    /// Takes the handle back from libcurl before anybody else learns of the outcome.
    private func complete(_ handle: EasyHandle, _ outcome: (EasyHandle) -> Result<HTTPResponse, TransferFailure>) {
        multi.remove(handle)
        let last = active.removeLast()
        if last !== handle {
            last.activeIndex = handle.activeIndex
            active[handle.activeIndex] = last
        }
        guard let submission = handle.submission else { preconditionFailure("an active handle has a request") }
        let result = outcome(handle)
        if case .failure = result { handle.response.discard() }
        let duration = MonotonicTime.now - handle.startedAt
        retire(handle)
        report(result, of: submission, after: duration)
    }

    private func report(
        _ result: Result<HTTPResponse, TransferFailure>, of submission: Submission, after duration: Duration
    ) {
        hasCompleted = true
        submission.completion(result, duration)
    }

    private func reportCompletions() {
        guard hasCompleted else { return }
        hasCompleted = false
        configuration.completionsCalled()
    }

    private func retire(_ handle: EasyHandle) {
        handle.end()
        idle.append(handle)
    }

    /// libcurl does not look at the timeouts of requests that wait for one of `connectionsPerHostMax` connections.
    private func failOverdue() {
        let now = MonotonicTime.now
        guard now >= nextOverdueCheck else { return }
        nextOverdueCheck = now + .milliseconds(Int(Self.overdueCheckMilliseconds))
        // libcurl has had its chance to notice by itself, so these are none of its near misses.
        for handle in active where now >= handle.deadline { complete(handle) { .failure($0.timeout) } }
    }

    private func failAll() {
        let failure = TransferFailure(.cancelled, "the client was shut down")
        for handle in active { complete(handle) { _ in .failure(failure) } }
        for submission in submitted { report(.failure(failure), of: submission, after: .zero) }
        submitted = []
    }

    private func wait(endBy: MonotonicTime?) {
        guard queue.fallAsleep(endBy: endBy) else { return }
        var milliseconds = active.isEmpty ? Self.idleMilliseconds : Self.overdueCheckMilliseconds
        if let endBy { milliseconds = CInt(min(Int64(milliseconds), (endBy - .now).milliseconds)) }
        if !multi.wait(milliseconds: milliseconds) {
            // Not to burn the processor until there is memory again.
            usleep(1_000)
        }
        queue.awake()
    }
}
