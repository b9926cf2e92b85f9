import Postgres
import Testing
import WebhookCore
import WebhookStore

/// What the gateway tells about itself.
struct OperationalEventTests {
    private static let told = """
        SELECT event_name FROM martlet.events WHERE event_name LIKE 'webhook.%' AND event_name <> 'webhook.ping'
        ORDER BY id
        """

    @Test func `a delivery that fails for good is told about, to its own subscription too`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe(to: ["*"], maxRetries: 1)
            let watcher = try await store.subscribe(to: ["webhook.delivery.exhausted"])
            let event = try await store.dispatch("order.created")
            let delivery = try #require(try await store.claim().first)
            try await store.record([store.attempt(delivery, of: subscription, status: 503)])
            #expect(try await store.rows(Self.told).isEmpty)

            let last = try await store.claimRetry(of: subscription)
            try await store.record([store.attempt(last, of: subscription, status: 500)])
            #expect(try await store.rows(Self.told) == ["webhook.delivery.exhausted"])
            #expect(
                try await store.value("SELECT payload::jsonb::text FROM martlet.events ORDER BY id DESC LIMIT 1")
                    == store.value(
                        """
                        SELECT jsonb_build_object(
                            'delivery_id', '\(delivery.id)', 'event_id', '\(event)', 'event', 'order.created',
                            'subscription_id', '\(subscription.id)', 'name', 'Receiver', 'attempts', 2,
                            'error', 'HTTP 500')::text
                        """))
            #expect(try await Set(store.claim().map(\.subscriptionID)) == [subscription.id, watcher.id])
        }
    }

    @Test func `a set of failures is told about as a set, tests are not`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe(to: ["order.*"], maxRetries: 1)
            let claimed = try await store.claimed(3)
            try await store.record(claimed.map { try store.attempt($0, of: subscription, status: 500) })
            try await store.run(
                """
                UPDATE martlet.waiting SET next_retry_at = now();
                UPDATE martlet.lanes SET due_at = now(), lease_until = NULL, worker = NULL
                """)
            let last = try await store.claimLanes()
            let test = try await store.queueTest(of: subscription)
            try await store.record((last + [test]).map { try store.attempt($0, of: subscription, status: 500) })
            #expect(
                try await store.rows(Self.told) == Array(repeating: "webhook.delivery.exhausted", count: 3))
        }
    }

    @Test func `operational events that fail for good are told about no more`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe(to: ["*"], maxRetries: 1)
            try await store.dispatch("webhook.delivery.exhausted")
            try await store.dispatch("webhook.subscription.disabled")
            try await store.dispatch("webhook.subscription.recovered")
            try await store.record(store.claim().map { try store.attempt($0, of: subscription, status: 500) })
            for _ in 0..<3 {
                let last = try await store.claimRetry(of: subscription)
                try await store.record([store.attempt(last, of: subscription, status: 500)])
            }
            #expect(try await store.value("SELECT count(*)::text FROM martlet.waiting WHERE status = 'failed'") == "3")
            #expect(try await store.rows(Self.told).count == 3)
            #expect(try await store.claim().isEmpty)
        }
    }

    @Test func `what is rolled back is not told about`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe(to: ["order.*"], maxRetries: 1)
            try await store.record([store.attempt(store.claimed(1)[0], of: subscription, status: 500)])
            let attempt = try await store.attempt(store.claimRetry(of: subscription), of: subscription, status: 500)
            struct Undone: Error {}
            await #expect(throws: (any Error).self) {
                try await store.database.withTransaction { session in
                    _ = try await session.execute(RecordAttempts(worker: TestStore.worker, attempts: [attempt]))
                    #expect(try await session.rows(Self.told) == ["webhook.delivery.exhausted"])
                    throw Undone()
                }
            }
            #expect(try await store.rows(Self.told).isEmpty)
        }
    }

    @Test(arguments: [true, false])
    func `the first success after an outage is told about, once`(asPlainSuccess: Bool) async throws {
        try await withStore { store in
            let subscription = try await store.subscribe(to: ["order.*"])
            try await store.deliver(statuses: Array(repeating: 500, count: 10), to: subscription)
            #expect(try await store.activate(subscription))
            #expect(try await store.rows(Self.told) == ["webhook.subscription.disabled"])

            try await store.run("DELETE FROM martlet.waiting")
            for _ in 0..<2 {
                let success = try await store.attempt(store.claimed(1)[0], of: subscription, status: 200)
                if asPlainSuccess {
                    _ = try await store.recordDelivered([success])
                } else {
                    try await store.record([success])
                }
                #expect(
                    try await store.rows(Self.told)
                        == ["webhook.subscription.disabled", "webhook.subscription.recovered"])
            }
            #expect(
                try await store.value(
                    "SELECT payload ->> 'subscription_id' FROM martlet.events WHERE event_name LIKE '%.recovered'")
                    == "\(subscription.id)")
        }
    }

    @Test func `failures after the outage are no recovery, and what somebody switched off was no outage`() async throws
    {
        try await withStore { store in
            let subscription = try await store.subscribe(to: ["order.*"])
            #expect(try await store.deactivate(subscription))
            #expect(try await store.activate(subscription))
            try await store.deliver(statuses: [500, 200], to: subscription)
            #expect(try await store.rows(Self.told).isEmpty)

            try await store.deliver(statuses: [410], to: subscription)
            #expect(try await store.activate(subscription))
            try await store.deliver(statuses: [500, 404], to: subscription)
            #expect(try await store.rows(Self.told) == ["webhook.subscription.disabled"])
            try await store.deliver(statuses: [204], to: subscription)
            #expect(
                try await store.rows(Self.told)
                    == ["webhook.subscription.disabled", "webhook.subscription.recovered"])
        }
    }
}
