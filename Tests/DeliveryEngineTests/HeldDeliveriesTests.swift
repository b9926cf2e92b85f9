import Testing
import WebhookCore

@testable import DeliveryEngine

struct HeldDeliveriesTests {
    private let now = ContinuousClock.now

    private func delivery(_ id: Int64, lane: ClaimedDelivery.Lane = .fast) -> ClaimedDelivery {
        ClaimedDelivery(
            id: DeliveryID(rawValue: id), tenant: "default", subscriptionID: SubscriptionID(rawValue: 1), attempt: 1,
            content: .event(
                EventID(rawValue: id),
                Payload.Entry(
                    eventName: "a.b", occurredAt: Timestamp(secondsSinceUnixEpoch: 0), data: [1, 2, 3])),
            lane: lane)
    }

    @Test func `what is held is not taken again, and its lease runs anew`() {
        var held = HeldDeliveries()
        let first = held.admit([delivery(1)], at: now)
        let second = held.admit([delivery(1), delivery(2)], at: now + .seconds(1))
        #expect(first.map(\.id.rawValue) == [1])
        #expect(second.map(\.id.rawValue) == [2])
        #expect(held.lease(of: DeliveryID(rawValue: 1)) == now + .seconds(1))
    }

    @Test func `what has left is forgotten`() {
        var held = HeldDeliveries()
        _ = held.admit([delivery(1, lane: .waiting)], at: now)
        let leaving = held.leave([delivery(1, lane: .waiting), delivery(2)])
        #expect(leaving.map(\.id.rawValue) == [1])
        // Its row is this worker's until the database has it.
        #expect(held.count == 1)
        let forgotten = held.forget(leaving[0], hasLeft: true)
        #expect(forgotten == .gone)
        #expect(held.isEmpty && held.ofLanes == 0 && held.bytes.bytes == 0)
    }

    @Test func `what is claimed again while it leaves is held after that`() {
        var held = HeldDeliveries()
        _ = held.admit([delivery(1)], at: now)
        let leaving = held.leave([delivery(1)])
        let again = held.admit([delivery(1, lane: .waiting)], at: now)
        #expect(again.count == 1)
        let first = held.forget(leaving[0], hasLeft: true)
        #expect(first == .isBack)
        #expect(held.count == 1 && held.ofLanes == 1 && held.bytes.bytes == 3)
        let second = held.forget(again[0], hasLeft: false)
        #expect(second == .gone)
        #expect(held.isEmpty && held.ofLanes == 0 && held.bytes.bytes == 0)
    }

    @Test func `however often something leaves and comes back, the counts end at nothing`() {
        var held = HeldDeliveries()
        _ = held.admit([delivery(1, lane: .waiting)], at: now)
        let first = held.leave([delivery(1, lane: .waiting)])
        _ = held.admit([delivery(1, lane: .waiting)], at: now)
        let second = held.leave([delivery(1, lane: .waiting)])
        #expect(first.count == 1 && second.count == 1)
        for delivery in first + second { _ = held.forget(delivery, hasLeft: true) }
        #expect(held.isEmpty && held.ofLanes == 0 && held.bytes.bytes == 0)
        let unknown = held.forget(delivery(1, lane: .waiting), hasLeft: false)
        #expect(unknown == .unknown)
    }
}
