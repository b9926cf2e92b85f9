internal import WebhookCore

/// Keeps deliveries of one key apart: the next one goes out when the one before has arrived or has failed for good.
///
/// Pure. The database lets a worker have the first rows of a key, all of them; what stands behind them it gives to nobody.
struct KeyOrder {
    private struct Key {
        var current: DeliveryID
        var followers = Queue<QueuedDelivery>()
    }

    private var keys: [Int64: Key] = [:]

    var keyCount: Int { keys.count }

    /// Deliveries that wait for one before them.
    var followerCount: Int { keys.values.reduce(0) { $0 + $1.followers.count } }

    /// Whether `queued` may go out now; else it is kept here until its turn.
    mutating func admit(_ queued: QueuedDelivery) -> Bool {
        guard let key = queued.delivery.orderKey else { return true }
        guard let current = keys[key]?.current else {
            keys[key] = Key(current: queued.delivery.id)
            return true
        }
        // Put in line once more: its subscription has changed.
        guard current != queued.delivery.id else { return true }
        keys[key]!.followers.append(queued)
        return false
    }

    /// `delivery` is done with: whose turn it is now. `nil`: nobody's, and nothing of this key is left here.
    mutating func next(after delivery: ClaimedDelivery) -> QueuedDelivery? {
        guard let key = delivery.orderKey, keys[key]?.current == delivery.id else { return nil }
        guard let next = keys[key]!.followers.popFirst() else {
            keys[key] = nil
            return nil
        }
        keys[key]!.current = next.delivery.id
        return next
    }

    /// `delivery` does not arrive now: what stood behind it, which must not go out either.
    mutating func abandon(_ delivery: ClaimedDelivery) -> [ClaimedDelivery] {
        guard let key = delivery.orderKey, keys[key]?.current == delivery.id else { return [] }
        return keys.removeValue(forKey: key)!.followers.map(\.delivery)
    }

    /// Takes out what stands behind the first `count` followers of a key.
    mutating func takeExcess(beyond count: Int) -> [ClaimedDelivery] {
        var excess: [ClaimedDelivery] = []
        for key in keys.keys where keys[key]!.followers.count > count {
            excess += keys[key]!.followers.take(beyond: count).map(\.delivery)
        }
        return excess
    }
}
