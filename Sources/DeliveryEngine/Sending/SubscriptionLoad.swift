/// How busy one subscription is on this worker, and how many deliveries may wait for it here.
///
/// Pure: the caller says what time it is.
struct SubscriptionLoad {
    /// Requests in flight at most.
    var concurrency: Int
    private(set) var inFlight = 0
    /// Of recent answers, exponentially weighted; `nil` before the first.
    private var latency: Duration?
    /// Since when requests have been in flight without any answer.
    private var silentSince: ContinuousClock.Instant?
    private var lastEnd: ContinuousClock.Instant?

    /// What waits here longer than this stands in the way of others, and is moved to the subscription's lane.
    static let waitMax: Duration = .milliseconds(500)
    /// A receiver that takes longer is slow: its requests are second class (`RequestSlots`).
    static let slowness: Duration = .seconds(1)
    /// For so long it is remembered that a receiver is slow.
    static let memory: Duration = .seconds(60)

    init(concurrency: Int) {
        self.concurrency = concurrency
    }

    var hasRoom: Bool { inFlight < concurrency }

    mutating func started(now: ContinuousClock.Instant) {
        if inFlight == 0 { silentSince = now }
        inFlight += 1
    }

    mutating func ended(after duration: Duration, now: ContinuousClock.Instant) {
        inFlight -= 1
        silentSince = inFlight == 0 ? nil : now
        lastEnd = now
        latency = latency.map { ($0 * 4 + duration) / 5 } ?? duration
    }

    /// How many deliveries can wait here and still leave within `waitMax`; `nil` before anything is known.
    func queueMax(now: ContinuousClock.Instant) -> Int? {
        queueMax(inFlightMax: concurrency, now: now)
    }

    /// The same for those of which only so many may be in flight.
    func queueMax(inFlightMax: Int, now: ContinuousClock.Instant) -> Int? {
        guard let expected = expectedLatency(now: now) else { return nil }
        let rounds = Self.waitMax / max(expected, .microseconds(1))
        return Int(min(rounds * Double(inFlightMax), 1_000_000))
    }

    func isSlow(now: ContinuousClock.Instant) -> Bool {
        expectedLatency(now: now).map { $0 > Self.slowness } ?? false
    }

    /// Whether there is something to be remembered about a receiver that has nothing to do now.
    func isWorthRemembering(now: ContinuousClock.Instant) -> Bool {
        guard isSlow(now: now), let lastEnd else { return false }
        return now - lastEnd < Self.memory
    }

    private func expectedLatency(now: ContinuousClock.Instant) -> Duration? {
        let silence = silentSince.map { now - $0 } ?? .zero
        return latency.map { max($0, silence) } ?? (silence > Self.waitMax ? silence : nil)
    }
}
