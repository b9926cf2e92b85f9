internal import WebhookCore

/// Everything a worker has claimed and neither recorded nor given away. A batch is one delivery here.
///
/// What is given away may be claimed again before the worker has heard that it is gone: from then on it is two, the one
/// that leaves and the one that is here, and both are counted until the first is forgotten. Pure.
struct HeldDeliveries {
    /// Since when the lease of each runs: one that is taken again here is not sent twice.
    private var claimedAt: [DeliveryID: ContinuousClock.Instant] = [:]
    /// On their way back to the database.
    private var leaving: Set<DeliveryID> = []
    private(set) var bytes = HeldBytes()
    /// How many came out of lanes.
    private(set) var ofLanes = 0

    var count: Int { claimedAt.count }
    var isEmpty: Bool { claimedAt.isEmpty }
    var ids: [DeliveryID] { Array(claimedAt.keys) }

    func lease(of id: DeliveryID) -> ContinuousClock.Instant? { claimedAt[id] }

    /// Those whose lease has run for longer than `age`.
    func ids(olderThan age: Duration, now: ContinuousClock.Instant) -> [DeliveryID] {
        claimedAt.filter { now - $0.value > age }.map(\.key)
    }

    mutating func renewed(_ id: DeliveryID, at time: ContinuousClock.Instant) {
        if claimedAt[id] != nil { claimedAt[id] = time }
    }

    /// Takes over what was claimed; without what is here already.
    mutating func admit(_ claimed: [ClaimedDelivery], at time: ContinuousClock.Instant) -> [ClaimedDelivery] {
        var taken: [ClaimedDelivery] = []
        taken.reserveCapacity(claimed.count)
        for delivery in claimed {
            let isKnown = claimedAt.updateValue(time, forKey: delivery.id) != nil
            guard !isKnown || leaving.remove(delivery.id) != nil else { continue }
            if delivery.isFromLane { ofLanes += 1 }
            taken.append(delivery)
        }
        bytes.claimed(taken.lazy.filter { !$0.isFromLane }.map(\.dataBytes), fromLanes: false)
        bytes.claimed(taken.lazy.filter(\.isFromLane).map(\.dataBytes), fromLanes: true)
        return taken
    }

    /// They are being given away: until `forget` their rows are still this worker's. Returns those that were held.
    mutating func leave(_ deliveries: [ClaimedDelivery]) -> [ClaimedDelivery] {
        deliveries.filter { claimedAt[$0.id] != nil && leaving.insert($0.id).inserted }
    }

    enum Forgotten {
        case gone
        /// It left and was claimed again meanwhile.
        case isBack
        case unknown
    }

    /// - Parameter hasLeft: whether it was among those of `leave`.
    mutating func forget(_ delivery: ClaimedDelivery, hasLeft: Bool) -> Forgotten {
        let isBack = hasLeft && leaving.remove(delivery.id) == nil
        guard isBack || claimedAt.removeValue(forKey: delivery.id) != nil else { return .unknown }
        bytes.forgotten(delivery.dataBytes, fromLanes: delivery.isFromLane)
        if delivery.isFromLane { ofLanes -= 1 }
        return isBack ? .isBack : .gone
    }
}

extension ClaimedDelivery {
    /// Else it came out of the fast lane, or is a test.
    var isFromLane: Bool { lane == .waiting }
}
