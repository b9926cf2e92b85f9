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
/// a commit, and with one at a time both sides would wait for each other.
struct CommitQueue {
    private var waiting: [Submission] = []
    private var waitingBytes = 0
    private var waitingEvents = 0
    private var commits = 0

    /// Beyond this a group would take long enough to delay those behind it.
    private static let groupEventsMax = 1_000
    private static let groupBytesMax = 8 * 1_048_576
    private static let commitsMax = 2
    /// Fewer events wait for the commit in flight.
    private static let secondGroupEventsMin = 24
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
    mutating func begin() -> [Submission]? {
        guard !waiting.isEmpty, commits < Self.commitsMax,
            commits == 0 || waitingEvents >= Self.secondGroupEventsMin
        else { return nil }
        commits += 1
        return takeGroup()
    }

    mutating func ended() { commits -= 1 }

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
