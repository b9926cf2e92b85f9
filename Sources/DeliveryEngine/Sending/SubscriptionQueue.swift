internal import WebhookCore

/// A claimed delivery, and when it may leave.
struct QueuedDelivery {
    let delivery: ClaimedDelivery
    /// The plan of the rate limit; `nil`: at once.
    let notBefore: ContinuousClock.Instant?
}

/// The claimed deliveries of one subscription that wait for their turn on this worker.
///
/// A class, so that whoever has it need not look it up again for every step of a delivery.
final class SubscriptionQueue {
    /// What `next` found.
    enum Next {
        case delivery(ClaimedDelivery)
        /// Nothing before this time: the rate limit.
        case later(ContinuousClock.Instant)
        /// What waits may not go out now.
        case refused
        case nothing
    }

    let id: SubscriptionID
    var load: SubscriptionLoad
    var pacer: Pacer?
    var order = KeyOrder()
    /// Everything comes through the lane, healthy or not: see `SubscriptionSettings.isPrompt`.
    var isPrompt = false
    /// Whether the queue stands in the line of those that may send.
    var isInLine = false
    /// A timer will put it there.
    var isPaused = false
    /// Claimed out of a lane and not yet recorded: the lane is given back at zero.
    var laneDeliveries = 0
    /// Batches among them. They go one after the other, in the order of their events, and what goes alone beside them too,
    /// unless the subscription asks for more at once.
    var batches = 0
    /// Requests in flight that are second class by themselves: see `RequestSlots`.
    var repeatsInFlight = 0
    /// How many of the requests in flight are counted as second class.
    private var secondClassCounted = 0
    /// By how much the last request was behind the plan of the rate limit.
    private(set) var lateness: Duration = .zero

    /// A person waits for these: no limit, no order.
    private var tests = Queue<QueuedDelivery>()
    private var firstAttempts = Queue<QueuedDelivery>()
    private var retries = Queue<QueuedDelivery>()
    /// They take turns, so that neither kind waits for the end of the other.
    private var isRetriesTurn = false

    init(_ id: SubscriptionID, concurrency: Int) {
        self.id = id
        load = SubscriptionLoad(concurrency: concurrency)
    }

    /// Deliveries that wait for nothing but a request slot or their time.
    var count: Int { tests.count + firstAttempts.count + retries.count }

    var hasTest: Bool { tests.count > 0 }

    /// Nothing waits, flies or holds a lane: the queue can be forgotten.
    var isIdle: Bool { count == 0 && load.inFlight == 0 && laneDeliveries == 0 }

    /// Counts the requests in flight that are second class now; `nil`: as many as before.
    func recountSecondClass(now: ContinuousClock.Instant) -> (before: Int, now: Int)? {
        let count = load.isSlow(now: now) ? load.inFlight : repeatsInFlight
        guard count != secondClassCounted else { return nil }
        defer { secondClassCounted = count }
        return (before: secondClassCounted, now: count)
    }

    /// Takes over a delivery. False: it waits for one before it and is not in line yet.
    @discardableResult
    func append(_ queued: QueuedDelivery) -> Bool {
        guard queued.delivery.lane != .test else {
            tests.append(queued)
            return true
        }
        guard order.admit(queued) else { return false }
        enqueue(queued)
        return true
    }

    /// Puts in line who comes after a delivery of the same key. False: nobody does.
    func advance(after delivery: ClaimedDelivery) -> Bool {
        guard let next = order.next(after: delivery) else { return false }
        enqueue(next)
        return true
    }

    private func enqueue(_ queued: QueuedDelivery) {
        if queued.delivery.attempt > 1 { retries.append(queued) } else { firstAttempts.append(queued) }
    }

    /// The next delivery to go out.
    ///
    /// - Parameter admits: whether one may go out that is second class, or is not.
    func next(now: ContinuousClock.Instant, admits: (_ isSecondClass: Bool) -> Bool) -> Next {
        if let test = tests.popFirst() { return .delivery(test.delivery) }
        let isSlow = load.isSlow(now: now)
        var earliest: ContinuousClock.Instant?
        var isRefused = false
        for turn in 0..<2 {
            let isRetry = (turn == 0) == isRetriesTurn
            guard let first = isRetry ? retries.first : firstAttempts.first else { continue }
            guard admits(isSlow || isRetry || first.delivery.lane == .waiting && !isPrompt) else {
                isRefused = true
                continue
            }
            if let ready = readyTime(of: first), ready > now {
                earliest = min(earliest ?? ready, ready)
                continue
            }
            if isRetry { _ = retries.popFirst() } else { _ = firstAttempts.popFirst() }
            isRetriesTurn = !isRetry
            pacer?.sent(now: now)
            lateness = first.notBefore.map { now - $0 } ?? .zero
            return .delivery(first.delivery)
        }
        if let earliest { return .later(earliest) }
        return isRefused ? .refused : .nothing
    }

    /// When the rate limit lets `queued` go; `nil`: at any time.
    private func readyTime(of queued: QueuedDelivery) -> ContinuousClock.Instant? {
        guard let earliest = pacer?.earliest else { return queued.notBefore }
        return queued.notBefore.map { max($0, earliest) } ?? earliest
    }

    /// Everything that waits, for whatever reason.
    func takeAll() -> [ClaimedDelivery] {
        let all = tests.take(beyond: 0) + firstAttempts.take(beyond: 0) + retries.take(beyond: 0)
        return all.map(\.delivery) + order.takeExcess(beyond: 0)
    }

    /// What waits and came out of the fast lane.
    func takeFast() -> [ClaimedDelivery] {
        (tests.take(beyond: 0) + firstAttempts.take(beyond: 0) { $0.delivery.lane == .fast }).map(\.delivery)
    }

    /// Takes out what would wait too long for its turn. Tests stay, since a person waits for them, and so does what has not
    /// come to its time: its subscription is not slow. Of those behind others of their key as many stay as may be in flight,
    /// and one of each key at least: all of a key is claimed at once, and would be given back after each delivery.
    func takeExcess(now: ContinuousClock.Instant) -> [ClaimedDelivery] {
        guard let most = load.queueMax(now: now), let mostOfKey = load.queueMax(inFlightMax: 1, now: now) else {
            return []
        }
        let ready = { (queued: QueuedDelivery) in queued.notBefore.map { $0 <= now } ?? true }
        let fresh = firstAttempts.take(beyond: most, where: ready)
        let repeated = retries.take(beyond: Swift.max(0, most - firstAttempts.count), where: ready)
        return (fresh + repeated).map(\.delivery)
            + order.takeExcess(beyond: Swift.max(mostOfKey, load.concurrency / Swift.max(1, order.keyCount), 1))
    }
}
