import Testing
import WebhookCore

@testable import DeliveryEngine

struct SubscriptionQueueTests {
    private let now = ContinuousClock.now

    private func delivery(
        _ id: Int64, attempt: Int = 1, lane: ClaimedDelivery.Lane = .fast, key: Int64? = nil
    ) -> ClaimedDelivery {
        ClaimedDelivery(
            id: DeliveryID(rawValue: id), tenant: "default", subscriptionID: SubscriptionID(rawValue: 1),
            attempt: attempt,
            content: .event(
                EventID(rawValue: id),
                Payload.Entry(eventName: "a.b", occurredAt: Timestamp(secondsSinceUnixEpoch: 0), data: [])),
            lane: lane, orderKey: key)
    }

    private func queue(_ deliveries: [ClaimedDelivery], notBefore: ContinuousClock.Instant? = nil) -> SubscriptionQueue
    {
        let queue = SubscriptionQueue(SubscriptionID(rawValue: 1), concurrency: 16)
        for delivery in deliveries { queue.append(QueuedDelivery(delivery: delivery, notBefore: notBefore)) }
        return queue
    }

    /// What goes out until nothing may.
    private func sent(
        _ queue: SubscriptionQueue, at time: ContinuousClock.Instant? = nil, secondClass: Bool = true
    ) -> [Int64] {
        var ids: [Int64] = []
        while case .delivery(let next) = queue.next(now: time ?? now, admits: { secondClass || !$0 }) {
            ids.append(next.id.rawValue)
        }
        return ids
    }

    /// A receiver that answers in two seconds.
    private func slow(_ deliveries: [ClaimedDelivery], notBefore: ContinuousClock.Instant? = nil) -> SubscriptionQueue {
        let queue = queue(deliveries, notBefore: notBefore)
        queue.load.started(now: now - .seconds(2))
        queue.load.ended(after: .seconds(2), now: now)
        return queue
    }

    // MARK: Turns

    @Test func `deliveries leave in the order in which they came`() {
        let queue = queue([delivery(1), delivery(2), delivery(3)])
        #expect(sent(queue) == [1, 2, 3])
        #expect(queue.isIdle)
    }

    @Test func `retries and first attempts take turns`() {
        let queue = queue([delivery(1, attempt: 2), delivery(2, attempt: 2), delivery(3), delivery(4)])
        #expect(sent(queue) == [3, 1, 4, 2])
    }

    @Test func `first attempts go out while the second class is full`() {
        let queue = queue([delivery(1, attempt: 2), delivery(2)])
        #expect(sent(queue, secondClass: false) == [2])
        guard case .refused = queue.next(now: now, admits: { !$0 }) else {
            Issue.record("the retry was neither sent nor refused")
            return
        }
        #expect(sent(queue) == [1])
    }

    @Test func `what goes to a slow receiver is second class`() {
        let queue = slow([delivery(1)])
        #expect(sent(queue, secondClass: false).isEmpty)
    }

    @Test func `what was piled up in a lane is second class, what an order sends there is not`() {
        var piled = queue([delivery(1, lane: .waiting)])
        #expect(sent(piled, secondClass: false).isEmpty)
        var ordered = queue([delivery(1, lane: .waiting)])
        ordered.isPrompt = true
        #expect(sent(ordered, secondClass: false) == [1])
    }

    // MARK: Rate

    @Test func `a delivery waits for its time, and a test waits for nothing`() {
        let queue = queue([delivery(1), delivery(2, lane: .test)], notBefore: now + .seconds(1))
        #expect(sent(queue) == [2])
        guard case .later(let time) = queue.next(now: now, admits: { _ in true }) else {
            Issue.record("it did not wait")
            return
        }
        #expect(time == now + .seconds(1))
        #expect(sent(queue, at: now + .seconds(1)) == [1])
    }

    @Test func `what has fallen behind its plan does not leave all at once`() {
        let queue = queue((1...100).map { delivery($0) }, notBefore: now - .seconds(10))
        queue.pacer = Pacer(limit: RateLimit(rate: 10, burst: 3))
        #expect(sent(queue) == [1, 2, 3])
        // The slack is half a request.
        #expect(sent(queue, at: now + .seconds(2)).count == 3)
        #expect(queue.lateness == .seconds(12))
    }

    // MARK: Order

    @Test func `deliveries of one key go out one after the other, other keys do not wait for them`() {
        let queue = queue([delivery(1, key: 7), delivery(2, key: 7), delivery(3, key: 8), delivery(4)])
        #expect(sent(queue) == [1, 3, 4])
        #expect(queue.advance(after: delivery(4)) == false)
        #expect(queue.advance(after: delivery(1, key: 7)))
        #expect(sent(queue) == [2])
    }

    @Test func `what stands behind a delivery that failed is taken out, in order`() {
        let queue = queue([delivery(1, key: 7), delivery(2, key: 7), delivery(3, key: 7), delivery(4, key: 8)])
        #expect(sent(queue) == [1, 4])
        let behind = queue.order.abandon(delivery(1, key: 7))
        #expect(behind.map(\.id.rawValue) == [2, 3])
        #expect(queue.order.followerCount == 0)
        // Claimed again.
        queue.append(QueuedDelivery(delivery: delivery(1, attempt: 2, key: 7), notBefore: nil))
        #expect(sent(queue) == [1])
    }

    @Test func `a delivery put in line once more does not stand behind itself`() {
        let queue = queue([delivery(1, key: 7)])
        #expect(sent(queue) == [1])
        let isInLine = queue.append(QueuedDelivery(delivery: delivery(1, key: 7), notBefore: nil))
        #expect(isInLine)
        #expect(sent(queue) == [1])
    }

    // MARK: Excess

    @Test func `the excess is what stands behind, and never a test`() {
        let queue = slow((1...5).map { delivery($0) } + [delivery(6, lane: .test)])
        // Sixteen at a time, two seconds each: within half a second four leave.
        let excess = queue.takeExcess(now: now)
        #expect(excess.map(\.id.rawValue) == [5])
        #expect(sent(queue) == [6, 1, 2, 3, 4])
    }

    @Test func `what has not come to its time is no sign of a slow subscription`() {
        let queue = slow((1...50).map { delivery($0) }, notBefore: now + .milliseconds(100))
        let early = queue.takeExcess(now: now)
        #expect(early.isEmpty)
        let late = queue.takeExcess(now: now + .milliseconds(100))
        #expect(late.count == 46)
    }

    @Test func `what waits long for its key is excess, but for as much as may be in flight`() {
        let queue = slow((1...50).map { delivery($0, key: 7) })
        let excess = queue.takeExcess(now: now)
        #expect(excess.map(\.id.rawValue) == Array(18...50))
        let again = queue.takeExcess(now: now)
        #expect(again.isEmpty)
    }

    @Test func `however many keys a slow receiver has, one delivery stays behind the first of each`() {
        let queue = slow((0..<120).map { delivery($0, key: $0 / 3) })
        _ = queue.takeExcess(now: now)
        #expect(queue.order.followerCount == 40)
    }

    @Test func `before anything is known about a receiver there is no excess`() {
        let queue = queue((1...5).map { delivery($0) })
        let excess = queue.takeExcess(now: now)
        #expect(excess.isEmpty)
        #expect(queue.count == 5)
    }

    @Test func `all of it can be taken`() {
        let queue = queue([delivery(1, key: 7), delivery(2, key: 7), delivery(3, attempt: 2), delivery(4, lane: .test)])
        let all = queue.takeAll()
        #expect(Set(all.map(\.id.rawValue)) == [1, 2, 3, 4])
        #expect(queue.isIdle)
    }
}
