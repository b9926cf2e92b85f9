internal import WebhookCore

/// The claimed deliveries of one subscription that wait for their turn on this worker.
struct SubscriptionQueue {
    var load: SubscriptionLoad
    private(set) var waiting: [ClaimedDelivery] = []
    private var head = 0
    /// Whether the queue stands in the line of those that may send.
    var isInLine = false
    /// Claimed out of a lane and not yet recorded: the lane is given back at zero.
    var laneDeliveries = 0

    init(concurrency: Int) {
        load = SubscriptionLoad(concurrency: concurrency)
    }

    var count: Int { waiting.count - head }

    /// Nothing waits, flies or holds a lane: the queue can be forgotten.
    var isIdle: Bool { count == 0 && load.inFlight == 0 && laneDeliveries == 0 }

    mutating func append(_ delivery: ClaimedDelivery) {
        waiting.append(delivery)
    }

    mutating func popFirst() -> ClaimedDelivery? {
        guard head < waiting.count else { return nil }
        let first = waiting[head]
        head += 1
        if head == waiting.count {
            waiting.removeAll(keepingCapacity: true)
            head = 0
        }
        return first
    }

    /// Takes out everything behind the first `count`, tests excepted: a person waits for those.
    mutating func takeExcess(beyond count: Int) -> [ClaimedDelivery] {
        guard self.count > count else { return [] }
        var excess: [ClaimedDelivery] = []
        var kept: [ClaimedDelivery] = []
        for delivery in waiting[head...] {
            if kept.count < count || delivery.lane == .test { kept.append(delivery) } else { excess.append(delivery) }
        }
        waiting = kept
        head = 0
        return excess
    }
}
