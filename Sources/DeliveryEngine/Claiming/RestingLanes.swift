internal import WebhookCore

/// Lanes from which this worker claims nothing for a while, because most of what it claimed there had to be given back:
/// claimed at once, it would be given back once more. Other workers may have them. Pure.
struct RestingLanes {
    /// Until when what was kept lasts at least.
    private var ends: [SubscriptionID: ContinuousClock.Instant] = [:]

    var subscriptions: [SubscriptionID] { Array(ends.keys) }

    func contains(_ id: SubscriptionID) -> Bool { ends[id] != nil }

    mutating func rest(_ id: SubscriptionID, now: ContinuousClock.Instant) {
        ends[id] = now + SubscriptionLoad.waitMax
    }

    /// Ends the rests that are over; whether there were any.
    ///
    /// - Parameter hasRoom: whether a request to this subscription could go out. As long as all of its requests hang,
    ///   nothing that was claimed could.
    mutating func end(now: ContinuousClock.Instant, hasRoom: (SubscriptionID) -> Bool) -> Bool {
        let before = ends.count
        ends = ends.filter { $0.value > now || !hasRoom($0.key) }
        return ends.count < before
    }
}
