/// Whether deliveries become claimable so fast that it pays to let some gather. Pure.
///
/// Judged over a while: a set that was held up somewhere and came at once says nothing about the rate.
struct ArrivalRate {
    /// A second. Below it there is time for a claim and a record of each.
    static let fastMin = 3_000.0
    static let window: Duration = .milliseconds(50)

    private(set) var isFast = false
    private var windowStart: ContinuousClock.Instant?
    private var foundInWindow = 0

    /// A claim that began at `now` found so many.
    mutating func found(_ count: Int, now: ContinuousClock.Instant) {
        guard let start = windowStart else {
            // They may have waited for long.
            windowStart = now
            return
        }
        foundInWindow += count
        let elapsed = now - start
        guard elapsed >= Self.window else { return }
        isFast = Double(foundInWindow) >= Self.fastMin * (elapsed / .seconds(1))
        windowStart = now
        foundInWindow = 0
    }
}
