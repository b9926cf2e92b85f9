public import Logging
public import Postgres

/// Commits events in groups: while one commit runs, the next group gathers. A caller is answered when its events are
/// on disk.
///
/// A second commit begins beside the first only when enough has gathered to be worth it: small groups waste the cost of
/// a commit, and with one at a time both sides would wait for each other.
public actor EventRecorder {
    /// One caller's events: stored together or not at all.
    private struct Submission {
        let events: [Event]
        let continuation: CheckedContinuation<Result<[RecordedEvent], PostgresError>, Never>
    }

    private let database: PostgresClient
    private let deadline: Duration
    private let logger: Logger
    private var waiting: [Submission] = []
    private var waitingBytes = 0
    private var waitingEvents = 0
    private var commits = 0
    private var isWaking = false
    private var wakesAgain = false

    /// Beyond this a group would take long enough to delay those behind it.
    private static let groupEventsMax = 1_000
    private static let groupBytesMax = 8 * 1_048_576
    private static let commitsMax = 2
    /// Fewer events wait for the commit in flight.
    private static let secondGroupEventsMin = 24
    /// What may wait for the group in flight; beyond it callers are refused instead of piling up in memory.
    private static let waitingBytesMax = 128 * 1_048_576

    /// - Parameter deadline: for one commit, the wait for a connection included.
    public init(_ database: PostgresClient, deadline: Duration, logger: Logger) {
        self.database = database
        self.deadline = deadline
        self.logger = logger
    }

    /// Returns when the events are committed, a result for each in order.
    ///
    /// - Throws: `overloaded` when nothing was sent; after `connectionLost` and `timedOut` the events may be stored.
    public func record(_ events: [Event]) async throws(PostgresError) -> [RecordedEvent] {
        guard !events.isEmpty else { return [] }
        let bytes = Self.bytes(of: events)
        guard waitingBytes + bytes <= Self.waitingBytesMax else { throw .overloaded }
        let result = await withCheckedContinuation { continuation in
            waiting.append(Submission(events: events, continuation: continuation))
            waitingBytes += bytes
            waitingEvents += events.count
            commitNextGroup()
        }
        return try result.get()
    }

    private func commitNextGroup() {
        guard !waiting.isEmpty, commits < Self.commitsMax,
            commits == 0 || waitingEvents >= Self.secondGroupEventsMin
        else { return }
        commits += 1
        let group = takeGroup()
        Task {
            await commit(group)
            commits -= 1
            commitNextGroup()
        }
    }

    private func takeGroup() -> [Submission] {
        var count = 0
        var events = 0
        var bytes = 0
        for submission in waiting {
            let submissionBytes = Self.bytes(of: submission.events)
            let fits =
                events + submission.events.count <= Self.groupEventsMax && bytes + submissionBytes <= Self.groupBytesMax
            guard fits || count == 0 else { break }
            count += 1
            events += submission.events.count
            bytes += submissionBytes
        }
        let group = Array(waiting.prefix(count))
        waiting.removeFirst(count)
        waitingBytes -= bytes
        waitingEvents -= events
        return group
    }

    private func commit(_ group: [Submission]) async {
        let result = await recordTogether(group.flatMap(\.events))
        switch result {
        case .success(let recorded):
            var first = 0
            for submission in group {
                let end = first + submission.events.count
                submission.continuation.resume(returning: .success(Array(recorded[first..<end])))
                first = end
            }
            wake()
        case .failure(let error) where group.count > 1 && error.concernsOneSubmission:
            await recordOneByOne(group)
            wake()
        case .failure(let error):
            for submission in group {
                submission.continuation.resume(returning: .failure(error))
            }
        }
    }

    /// The server refused the set: only whoever sent what it refused shall hear of it. When the server goes away
    /// meanwhile, the rest of the group does not wait a deadline each to learn that.
    private func recordOneByOne(_ group: [Submission]) async {
        var lost: PostgresError?
        for submission in group {
            if let lost {
                submission.continuation.resume(returning: .failure(lost))
                continue
            }
            let result = await recordTogether(submission.events)
            if case .failure(let error) = result, !error.concernsOneSubmission { lost = error }
            submission.continuation.resume(returning: result)
        }
    }

    private func recordTogether(_ events: [Event]) async -> Result<[RecordedEvent], PostgresError> {
        do throws(PostgresError) {
            let recorded = try await database.execute(DispatchEvents(events: events), deadline: deadline)
            guard recorded.count == events.count else {
                return .failure(
                    .undecodable(detail: "dispatch_many returned \(recorded.count) rows for \(events.count) events"))
            }
            return .success(recorded)
        } catch {
            return .failure(error)
        }
    }

    /// After the commit, so that a worker that looked too early is seen asleep. Nobody waits for it: a lost one costs
    /// a second, the interval at which workers look without being asked. One is under way at a time; it serves every
    /// commit before it began.
    private func wake() {
        guard !isWaking else {
            wakesAgain = true
            return
        }
        isWaking = true
        Task {
            repeat {
                wakesAgain = false
                do throws(PostgresError) {
                    _ = try await database.execute(WakeWorkers(), deadline: deadline)
                } catch {
                    logger.debug("workers not woken", metadata: ["error": "\(error)"])
                }
            } while wakesAgain
            isWaking = false
        }
    }

    private static func bytes(of events: [Event]) -> Int {
        events.reduce(0) { $0 + $1.data.count }
    }
}

extension PostgresError {
    /// The server is there and refused: what one submission holds is the reason, such as an idempotency key that
    /// another transaction has not committed yet. The others need not fail with it.
    fileprivate var concernsOneSubmission: Bool {
        state == .lockNotAvailable || (state != nil && !isTransient)
    }
}
