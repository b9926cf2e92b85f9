import Testing

@testable import DeliveryEngine

struct SubscriptionLoadTests {
    private let start = ContinuousClock.now

    @Test func `a new subscription may queue anything until it has been silent for too long`() {
        var load = SubscriptionLoad(concurrency: 16)
        load.started(now: start)
        #expect(load.queueMax(now: start + SubscriptionLoad.waitMax) == nil)
        #expect(load.queueMax(now: start + .seconds(10)) == 0)
    }

    @Test func `a fast receiver may queue what leaves within the wait`() throws {
        var load = SubscriptionLoad(concurrency: 16)
        load.started(now: start)
        load.ended(after: .milliseconds(1), now: start + .milliseconds(1))
        // 500 rounds of 1 ms with 16 at a time.
        #expect(load.queueMax(now: start + .milliseconds(2)) == 8_000)
    }

    @Test func `a slow receiver may queue hardly anything`() {
        var load = SubscriptionLoad(concurrency: 16)
        load.started(now: start)
        load.ended(after: .seconds(50), now: start + .seconds(50))
        #expect(load.queueMax(now: start + .seconds(50)) == 0)
    }

    @Test func `a receiver that falls silent counts as slow although it was fast`() {
        var load = SubscriptionLoad(concurrency: 16)
        load.started(now: start)
        load.started(now: start)
        load.ended(after: .milliseconds(1), now: start)
        #expect((load.queueMax(now: start) ?? 0) > 1_000)
        #expect(load.queueMax(now: start + .seconds(10)) == 0)
    }

    @Test func `room ends at the concurrency and comes back with each end`() {
        var load = SubscriptionLoad(concurrency: 2)
        load.started(now: start)
        #expect(load.hasRoom)
        load.started(now: start)
        #expect(!load.hasRoom)
        load.ended(after: .milliseconds(1), now: start)
        #expect(load.hasRoom)
    }
}
