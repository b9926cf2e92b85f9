internal import WebhookStore

/// Decides which attempts are recorded together, and when: while one set is recorded, the next gathers.
///
/// A few outcomes wait until some time has passed since the last set began, because a statement for one costs what one for
/// ten costs, and nobody waits for it.
///
/// A second set is recorded beside the first only when it is large, and when both hold nothing but successes of first
/// attempts: failures and what clears them must be counted in the order in which they happened. Pure.
struct RecordingQueue {
    enum Step {
        case record([FinishedAttempt])
        /// Nothing yet; `rang` is due then.
        case wait(until: ContinuousClock.Instant)
        case nothing
    }

    private var waiting: [FinishedAttempt] = []
    private var setsUnderWay = 0
    private var isMixedUnderWay = false
    private var lastBegin: ContinuousClock.Instant?
    /// Somebody will call `rang`.
    private var isTimed = false

    /// Larger sets gain nothing and delay those behind them.
    static let setMax = 500
    /// Of deliveries in one set, which batches may have many of each.
    static let setDeliveriesMax = 2_000
    /// Of responses in one set: while it is sent, each of them is in memory several times.
    static let setBytesMax = 1_048_576
    /// Fewer wait for the set under way: two small statements cost more than one of their size.
    static let secondSetMin = 128
    /// Fewer wait until so long has passed since the last set began.
    static let gatherMax = 32
    static let gatherTime: Duration = .milliseconds(5)

    mutating func append(_ attempts: [FinishedAttempt]) {
        waiting.append(contentsOf: attempts)
    }

    /// The next set to record, if it is time; `ended` is due when that is over.
    mutating func begin(now: ContinuousClock.Instant) -> Step {
        guard let count = nextCount else { return .nothing }
        if waiting.count < Self.gatherMax, let lastBegin, now < lastBegin + Self.gatherTime {
            guard !isTimed else { return .nothing }
            isTimed = true
            return .wait(until: lastBegin + Self.gatherTime)
        }
        lastBegin = now
        let set = Array(waiting[..<count])
        waiting.removeFirst(count)
        setsUnderWay += 1
        isMixedUnderWay = !set.allSatisfy(\.isPlainSuccess)
        return .record(set)
    }

    mutating func rang() { isTimed = false }

    mutating func ended() {
        setsUnderWay -= 1
        if setsUnderWay == 0 { isMixedUnderWay = false }
    }

    private var nextCount: Int? {
        let fitting = waiting[..<fittingCount]
        if setsUnderWay == 0 { return fitting.isEmpty ? nil : fitting.count }
        guard setsUnderWay == 1, !isMixedUnderWay, fitting.count >= Self.secondSetMin else { return nil }
        let plain = fitting.firstIndex { !$0.isPlainSuccess } ?? fitting.endIndex
        return plain >= Self.secondSetMin ? plain : nil
    }

    /// How many of the first fit into one set: at least one, however large it is.
    private var fittingCount: Int {
        var bytes = 0
        var deliveries = 0
        let end = waiting.prefix(Self.setMax).firstIndex { attempt in
            bytes += attempt.responseBytes
            deliveries += attempt.delivery.entryCount
            return bytes > Self.setBytesMax || deliveries > Self.setDeliveriesMax
        }
        return end.map { max(1, $0) } ?? min(waiting.count, Self.setMax)
    }
}
