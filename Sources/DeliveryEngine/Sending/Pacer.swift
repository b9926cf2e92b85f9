internal import WebhookCore

/// Spaces the requests of a rate-limited subscription on this worker, by GCRA.
///
/// The database plans when each request may leave, for all workers together. This holds to the plan what has fallen
/// behind it: requests that waited for a slow answer do not leave all at once. Pure: the caller says what time it is.
struct Pacer {
    let limit: RateLimit
    /// The theoretical arrival time of the next request.
    private var arrival: ContinuousClock.Instant?

    /// Timers ring late and claims come in sets: so much may be caught up with, or a limit without a burst would never be
    /// reached.
    static let slack: Duration = .milliseconds(50)

    init(limit: RateLimit) {
        self.limit = limit
    }

    /// When the next request may leave; `nil`: at any time.
    var earliest: ContinuousClock.Instant? {
        arrival.map { $0 - limit.period * Double(limit.burst - 1) - Self.slack }
    }

    mutating func sent(now: ContinuousClock.Instant) {
        arrival = max(arrival ?? now, now) + limit.period
    }
}
