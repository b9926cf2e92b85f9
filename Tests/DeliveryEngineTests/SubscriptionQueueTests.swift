import Testing
import WebhookCore

@testable import DeliveryEngine

struct SubscriptionQueueTests {
    private func delivery(_ id: Int64, lane: ClaimedDelivery.Lane = .fast) -> ClaimedDelivery {
        ClaimedDelivery(
            id: DeliveryID(rawValue: id), tenant: "default", eventID: EventID(rawValue: id),
            subscriptionID: SubscriptionID(rawValue: 1), attempt: 1, eventName: "a.b",
            occurredAt: Timestamp(secondsSinceUnixEpoch: 0), data: [], lane: lane)
    }

    @Test func `deliveries leave in the order in which they came`() {
        var queue = SubscriptionQueue(concurrency: 16)
        for id in 1...3 { queue.append(delivery(Int64(id))) }
        #expect(queue.popFirst()?.id.rawValue == 1)
        queue.append(delivery(4))
        #expect(queue.popFirst()?.id.rawValue == 2)
        #expect(queue.popFirst()?.id.rawValue == 3)
        #expect(queue.popFirst()?.id.rawValue == 4)
        #expect(queue.popFirst() == nil)
        #expect(queue.isIdle)
    }

    @Test func `the excess is what stands behind, and never a test`() {
        var queue = SubscriptionQueue(concurrency: 16)
        for id in 1...5 { queue.append(delivery(Int64(id))) }
        _ = queue.popFirst()
        queue.append(delivery(6, lane: .test))
        let excess = queue.takeExcess(beyond: 2)
        #expect(excess.map(\.id.rawValue) == [4, 5])
        #expect(queue.popFirst()?.id.rawValue == 2)
        #expect(queue.popFirst()?.id.rawValue == 3)
        #expect(queue.popFirst()?.id.rawValue == 6)
    }

    @Test func `a queue that is short enough gives up nothing`() {
        var queue = SubscriptionQueue(concurrency: 16)
        queue.append(delivery(1))
        #expect(queue.takeExcess(beyond: 1).isEmpty)
        #expect(queue.count == 1)
    }
}
