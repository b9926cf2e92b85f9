import Postgres
import TestSupport
import Testing
import WebhookCore
import WebhookStore

struct HealthTests {
    private static func health(of subscription: StoredSubscription, in store: TestStore) async throws
        -> SubscriptionHealth
    {
        try #require(try await StatsStore(store.database).health(of: subscription.id, tenant: subscription.tenant))
    }

    @Test func `a subscription that nothing was sent to is healthy, and has no success rate`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe()
            let health = try await Self.health(of: subscription, in: store)
            #expect(health.state == "healthy")
            #expect(health.queueDepth == 0)
            #expect(health.queueDepthIsExact)
            #expect(health.oldestDueAge == nil)
            #expect(health.attempts == 0)
            #expect(health.successRate == nil)
            #expect(health.lastError == nil)
        }
    }

    @Test func `the last error and the success rate are there before the attempts are counted, and after`() async throws
    {
        try await withStore { store in
            let subscription = try await store.subscribe()
            try await store.deliver(statuses: [500, 200, 404, 200], to: subscription)
            for isCounted in [false, true] {
                if isCounted {
                    try await eventually("all attempts are counted", within: .seconds(60)) {
                        try await store.run("UPDATE martlet.roll_up_progress SET counted_at = '-infinity'")
                        return try await store.database.execute(RollUpAttempts(limit: 100)).first?.later == false
                    }
                }
                let health = try await Self.health(of: subscription, in: store)
                #expect(health.attempts == 4)
                #expect(health.delivered == 2)
                #expect(health.successRate == 0.5)
                #expect(health.lastError?.contains("404") == true)
                #expect(health.lastErrorAt != nil)
            }
        }
    }

    @Test func `the state tells whether the last attempt failed, and whether it is switched off`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe()
            try await store.deliver(statuses: [500], to: subscription)
            #expect(try await Self.health(of: subscription, in: store).state == "failing")
            try await store.deliver(statuses: [200], to: subscription)
            #expect(try await Self.health(of: subscription, in: store).state == "healthy")
            #expect(try await store.deactivate(subscription))
            let disabled = try await Self.health(of: subscription, in: store)
            #expect(disabled.state == "disabled")
            #expect(disabled.disabledReason == "switched off by a test")
        }
    }

    @Test func `the depth counts what waits in either lane, and not what has failed for good`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe(to: ["order.*"], maxRetries: 1)
            let other = try await store.subscribe(to: ["other.*"])
            try await store.deliver(statuses: [500], to: subscription)
            let retry = try await store.claimRetry(of: subscription)
            try await store.record([store.attempt(retry, of: subscription, status: 500)])
            try await store.deliver(statuses: [500], to: subscription)
            for _ in 0..<3 { try await store.dispatch("order.created") }
            try await store.dispatch("other.created")
            let health = try await Self.health(of: subscription, in: store)
            #expect(health.queueDepth == 4)
            #expect(health.queueDepthIsExact)
            #expect(health.oldestDueAge != nil)
            #expect(try await Self.health(of: other, in: store).queueDepth == 1)
        }
    }

    @Test func `what is not due yet has no age`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe()
            try await store.deliver(statuses: [500], to: subscription)
            let health = try await Self.health(of: subscription, in: store)
            #expect(health.queueDepth == 1)
            #expect(health.oldestDueAge == nil)
        }
    }

    @Test func `a depth that is not counted to the end says so`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe()
            try await store.run(
                """
                INSERT INTO martlet.waiting (id, event_id, next_retry_at, subscription_id, tenant)
                SELECT n, n, now(), \(subscription.id), 'default' FROM generate_series(1, 10001) AS n
                """)
            let health = try await Self.health(of: subscription, in: store)
            #expect(health.queueDepth == 10_000)
            #expect(!health.queueDepthIsExact)
        }
    }
}
