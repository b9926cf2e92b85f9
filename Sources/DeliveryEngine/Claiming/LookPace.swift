/// When the prompt lanes may be looked at again.
///
/// A look costs the more the more ordered and limited subscriptions there are, so it is made the less often. Pure.
struct LookPace {
    /// So many times as long as a look took passes before the next,
    static let costFactor = 20
    /// not counting what any round trip may take,
    static let roundTrip: Duration = .milliseconds(5)
    /// and no longer, because one look may be slow by chance.
    static let pauseMax: Duration = .milliseconds(500)

    private(set) var lastEnd: ContinuousClock.Instant?
    private var pause: Duration = .zero

    /// A look was answered. One that failed says nothing about what a look costs.
    mutating func looked(from start: ContinuousClock.Instant, to end: ContinuousClock.Instant) {
        lastEnd = end
        pause = min(max(.zero, end - start - Self.roundTrip) * Self.costFactor, Self.pauseMax)
    }

    /// How long not to look; `nil`: look now.
    func rest(now: ContinuousClock.Instant) -> Duration? {
        guard let lastEnd, now < lastEnd + pause else { return nil }
        return lastEnd + pause - now
    }
}
