import Testing
import WebhookCore

@testable import DeliveryEngine

struct RestingLanesTests {
    private static let id = SubscriptionID(rawValue: 1)

    @Test func `a lane rests for as long as what was kept lasts`() {
        let start = ContinuousClock.now
        var resting = RestingLanes()
        resting.rest(Self.id, now: start)
        #expect(resting.subscriptions == [Self.id])
        let early = resting.end(now: start, hasRoom: { _ in true })
        #expect(!early && resting.contains(Self.id))
        let late = resting.end(now: start + SubscriptionLoad.waitMax, hasRoom: { _ in true })
        #expect(late && !resting.contains(Self.id))
    }

    @Test func `it rests on while all requests to its receiver hang`() {
        let start = ContinuousClock.now
        var resting = RestingLanes()
        resting.rest(Self.id, now: start)
        let hanging = resting.end(now: start + .seconds(20), hasRoom: { $0 != Self.id })
        #expect(!hanging && resting.contains(Self.id))
        let answered = resting.end(now: start + .seconds(30), hasRoom: { _ in true })
        #expect(answered && !resting.contains(Self.id))
    }
}
