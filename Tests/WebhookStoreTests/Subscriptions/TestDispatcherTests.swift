import Postgres
import Testing
import WebhookCore
import WebhookStore

struct TestDispatcherTests {
    private static func test(
        _ subscription: StoredSubscription, of store: TestStore, with dispatcher: TestDispatcher
    ) async throws -> TestOutcome? {
        try await dispatcher.test(
            subscription, event: .ping, data: Array("{}".utf8), statementDeadline: .seconds(5))
    }

    @Test(arguments: [true, false])
    func `the outcome comes back, with a notification or without`(isNotified: Bool) async throws {
        try await withStore { store in
            let subscription = try await store.subscribe(to: ["nothing"])
            let dispatcher = TestDispatcher(store.database)
            async let outcome = Self.test(subscription, of: store, with: dispatcher)
            let delivery = try await store.claimTest()
            #expect(delivery.eventName == "webhook.ping")
            #expect(delivery.subscriptionID == subscription.id)
            try await store.record([store.attempt(delivery, of: subscription, status: 503)])
            if isNotified { dispatcher.recorded(delivery.id) }
            #expect(
                try await outcome
                    == TestOutcome(
                        isDelivered: false, statusCode: 503, duration: .milliseconds(12), error: "HTTP 503"))
        }
    }

    @Test func `recording a test notifies its id`() async throws {
        try await withStore { store in
            let events = store.database.listen([TestDispatcher.channel])
            for await event in events {
                #expect(event == .gap)
                break
            }
            let subscription = try await store.subscribe()
            let ordinary = try await store.claimed(1)[0]
            let test = try await store.queueTest(of: subscription)
            try await store.record([
                store.attempt(ordinary, of: subscription, status: 500),
                store.attempt(test, of: subscription, status: 200),
            ])
            for await event in events {
                #expect(event == .notification(channel: TestDispatcher.channel, payload: "\(test.id)"))
                break
            }
        }
    }

    @Test func `without a worker the outcome says so, and the test is taken back`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe()
            let outcome = try await Self.test(subscription, of: store, with: TestDispatcher(store.database))
            #expect(outcome?.isDelivered == false)
            #expect(outcome?.error?.contains("is one running?") == true)
            #expect(try await store.value("SELECT count(*)::text FROM martlet.pending") == "0")
        }
    }

    @Test func `a subscription that is gone has no outcome`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe()
            #expect(try await store.subscriptions.delete(subscription.id, tenant: "default"))
            let outcome = try await Self.test(subscription, of: store, with: TestDispatcher(store.database))
            #expect(outcome == nil)
        }
    }
}
