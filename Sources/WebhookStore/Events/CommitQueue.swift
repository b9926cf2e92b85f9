internal import Postgres

/// One caller's events: stored together or not at all.
struct Submission: Sendable {
    let events: [Event]
    let bytes: Int
    /// Called once.
    let answer: @Sendable (Result<ArraySlice<RecordedEvent>, PostgresError>) -> Void

    init(_ events: [Event], answer: @escaping @Sendable (Result<ArraySlice<RecordedEvent>, PostgresError>) -> Void) {
        self.events = events
        bytes = events.reduce(0) { $0 + $1.data.count }
        self.answer = answer
    }
}

/// Decides what is committed together, and when: while one commit runs, the next group gathers.
///
/// A second commit begins beside the first only when enough has gathered to be worth it: small groups waste the cost of
/// a commit, and with one at a time both sides would wait for each other. For the same reason a few events that gathered
/// during a commit wait a little for more, for a commit, a claim and a record of three cost what those of one cost. Whoever
/// comes while nothing happens is committed at once, so one caller after the other waits for nothing but the disk. Pure.
struct CommitQueue {
    enum Step {
        case commit([Submission])
        /// Nothing yet; `rang` is due then.
        case wait(until: ContinuousClock.Instant)
        case nothing
    }

    private var waiting: [Submission] = []
    private var waitingBytes = 0
    private var waitingEvents = 0
    private var commits = 0
    private var lastBegin: ContinuousClock.Instant?
    /// Somebody will call `rang`, and until then what is small waits.
    private var isTimed = false

    /// Beyond this a group would take long enough to delay those behind it.
    private static let groupEventsMax = 1_000
    private static let groupBytesMax = 8 * 1_048_576
    private static let commitsMax = 2
    /// Fewer events wait for the commit in flight.
    private static let secondGroupEventsMin = 24
    /// Fewer events that gathered during a commit wait until so long has passed since that commit began.
    private static let gatherEventsMax = 8
    private static let gatherTime: Duration = .milliseconds(3)
    /// What may wait for the group in flight; beyond it callers are refused instead of piling up in memory.
    private static let waitingBytesMax = 128 * 1_048_576

    /// - Returns: `false` when too much waits already.
    mutating func append(_ submission: Submission) -> Bool {
        guard waitingBytes + submission.bytes <= Self.waitingBytesMax else { return false }
        waiting.append(submission)
        waitingBytes += submission.bytes
        waitingEvents += submission.events.count
        return true
    }

    /// The next group to commit, if it is time; `ended` is due when that commit is over.
    mutating func begin(now: ContinuousClock.Instant) -> Step {
        guard !waiting.isEmpty, commits < Self.commitsMax,
            commits == 0 || waitingEvents >= Self.secondGroupEventsMin,
            !isTimed || waitingEvents >= Self.gatherEventsMax
        else { return .nothing }
        commits += 1
        lastBegin = now
        return .commit(takeGroup())
    }

    /// A commit is over.
    mutating func ended(now: ContinuousClock.Instant) -> Step {
        commits -= 1
        if commits == 0, !isTimed, 1..<Self.gatherEventsMax ~= waitingEvents, let lastBegin,
            now < lastBegin + Self.gatherTime
        {
            isTimed = true
            return .wait(until: lastBegin + Self.gatherTime)
        }
        return begin(now: now)
    }

    /// What was small has waited.
    mutating func rang(now: ContinuousClock.Instant) -> Step {
        isTimed = false
        return begin(now: now)
    }

    private mutating func takeGroup() -> [Submission] {
        var count = 0
        var events = 0
        var bytes = 0
        for submission in waiting {
            let fits =
                events + submission.events.count <= Self.groupEventsMax
                && bytes + submission.bytes <= Self.groupBytesMax
            guard fits || count == 0 else { break }
            count += 1
            events += submission.events.count
            bytes += submission.bytes
        }
        let group = Array(waiting.prefix(count))
        waiting.removeFirst(count)
        waitingBytes -= bytes
        waitingEvents -= events
        return group
    }
}
