import Postgres
import Testing
import WebhookCore
import WebhookStore

struct BreakerTests {
    private static func state(of store: TestStore, _ subscription: StoredSubscription) async throws -> String? {
        try await store.value(
            """
            SELECT concat_ws(' ', active, failure_count, quote_nullable(disabled_reason))
            FROM martlet.webhook_subscriptions WHERE id = \(subscription.id)
            """)
    }

    private static let tripped = "f 10 '10 consecutive attempts failed; the last one: HTTP 500'"

    /// A status for each attempt; sets recorded together; what becomes of the breaker.
    private static let cases: [(name: String, sets: [[Int]], state: String)] = [
        ("nine failures", Array(repeating: [500], count: 9), "t 9 NULL"),
        ("ten failures", Array(repeating: [500], count: 10), tripped),
        ("ten failures of one set", [Array(repeating: 500, count: 10)], tripped),
        ("a run across two sets", [Array(repeating: 500, count: 4), Array(repeating: 500, count: 6)], tripped),
        ("a success starts anew", Array(repeating: [500], count: 9) + [[200], [500]], "t 1 NULL"),
        ("a success inside a set starts anew", [[500, 500, 500, 500, 500, 200, 500, 500, 500, 500, 500]], "t 5 NULL"),
        ("a success after the tenth in one set", [Array(repeating: 500, count: 10) + [200]], tripped),
        ("a success after the tenth across sets", [Array(repeating: 500, count: 8), [500, 500, 200]], tripped),
        ("ten in a row after a success", [[200] + Array(repeating: 500, count: 10)], tripped),
        ("every status that is no success counts", [[301, 302, 400, 403, 404, 429, 500, 502, 503, 500]], tripped),
    ]

    @Test(arguments: cases)
    func `ten consecutive failures switch a subscription off`(
        name: String, sets: [[Int]], state: String
    ) async throws {
        try await withStore { store in
            let subscription = try await store.subscribe(to: ["order.*"])
            var disabled: [SubscriptionID] = []
            for set in sets {
                let claimed = try await store.claimed(set.count)
                let attempts = try zip(claimed, set).map { try store.attempt($0, of: subscription, status: $1) }
                disabled += try await store.record(attempts)
            }
            #expect(try await Self.state(of: store, subscription) == state)
            #expect(disabled == (state == Self.tripped ? [subscription.id] : []))
        }
    }

    @Test func `a plain success starts anew too`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe(to: ["order.*"])
            let other = try await store.subscribe(to: ["other"])
            try await store.deliver(statuses: Array(repeating: 500, count: 9), to: subscription)
            try await store.run("UPDATE martlet.subscriptions SET failure_count = 3 WHERE id = \(other.id)")
            let success = try await store.attempt(store.claimed(1)[0], of: subscription, status: 200)
            _ = try await store.recordDelivered([success])
            #expect(try await Self.state(of: store, subscription) == "t 0 NULL")
            #expect(try await Self.state(of: store, other) == "t 3 NULL")
        }
    }

    @Test func `a test neither counts nor resets`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe(to: ["order.*"])
            try await store.deliver(statuses: Array(repeating: 500, count: 9), to: subscription)
            for status in [500, 200, 410] {
                let test = try await store.queueTest(of: subscription)
                try await store.record([store.attempt(test, of: subscription, status: status)])
                #expect(try await Self.state(of: store, subscription) == "t 9 NULL")
            }
        }
    }

    @Test func `an event tells of it, to others only`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe(to: ["*"])
            let watcher = try await store.subscribe(to: ["webhook.subscription.disabled"])
            try await store.deliver(statuses: Array(repeating: 500, count: 10), to: subscription)
            let told = try await store.claim()
            #expect(told.map(\.subscriptionID) == [watcher.id])
            #expect(told.map(\.eventName) == ["webhook.subscription.disabled"])
            let data = try await store.value(
                """
                SELECT concat_ws(' ', payload->>'subscription_id', payload->>'name', payload->>'failure_count',
                                 payload->>'disabled_reason', payload->>'url')
                FROM martlet.events WHERE event_name = 'webhook.subscription.disabled'
                """)
            #expect(
                data == """
                    \(subscription.id) Receiver 10 \
                    10 consecutive attempts failed; the last one: HTTP 500
                    """)
        }
    }

    @Test(arguments: [(Profile.standard, false), (.mautic, false), (.newmeta, true)])
    func `410 switches off at once where the profile says so, with its own reason`(
        profile: Profile, staysActive: Bool
    ) async throws {
        try await withStore { store in
            let subscription = try await store.subscribe(to: ["order.*"], profile: profile)
            try await store.deliver(statuses: [500, 410], to: subscription)
            let reason = staysActive ? "NULL" : "'\(CircuitBreaker.goneReason)'"
            #expect(try await Self.state(of: store, subscription) == "\(staysActive ? "t" : "f") 2 \(reason)")
            // The delivery is held, not lost.
            #expect(
                try await store.value("SELECT count(*)::text FROM martlet.webhook_queue WHERE status = 'retry'") == "2")
        }
    }

    @Test func `what waits is held, new events are not queued, and activation makes all of it due at once`()
        async throws
    {
        try await withStore { store in
            let subscription = try await store.subscribe(to: ["order.*"])
            try await store.deliver(statuses: Array(repeating: 500, count: 10), to: subscription)
            try await store.run("UPDATE martlet.waiting SET next_retry_at = now() WHERE id % 2 = 0")
            try await store.run("UPDATE martlet.lanes SET due_at = now()")
            try await store.tend()
            #expect(try await store.claimLanes().isEmpty)
            try await store.dispatch("order.created")
            #expect(try await store.claim().isEmpty)
            #expect(try await store.value("SELECT count(*)::text FROM martlet.webhook_queue") == "10")

            #expect(try await store.activate(subscription))
            #expect(try await Self.state(of: store, subscription) == "t 0 NULL")
            let held = try await store.claimLanes()
            #expect(held.count == 10)
            #expect(Set(held.map(\.attempt)) == [2])
            try await store.dispatch("order.created")
            #expect(try await store.claim().count == 1)
        }
    }

    @Test func `failures of a subscription that is switched off already are not counted`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe(to: ["order.*"])
            let claimed = try await store.claimed(12)
            #expect(try await store.deactivate(subscription))
            let attempts = try claimed.map { try store.attempt($0, of: subscription, status: 500) }
            #expect(try await store.record(attempts).isEmpty)
            #expect(try await Self.state(of: store, subscription) == "f 0 'switched off by a test'")
        }
    }

    @Test func `the tally of one subscription does not touch another`() async throws {
        try await withStore { store in
            let bad = try await store.subscribe(to: ["bad"])
            let good = try await store.subscribe(to: ["good"])
            for _ in 0..<10 {
                try await store.dispatch("bad")
                try await store.dispatch("good")
            }
            let attempts = try await store.claim().map { delivery in
                try store.attempt(
                    delivery, of: delivery.subscriptionID == bad.id ? bad : good,
                    status: delivery.subscriptionID == bad.id ? 500 : 200)
            }
            #expect(try await store.record(attempts) == [bad.id])
            #expect(try await Self.state(of: store, good) == "t 0 NULL")
        }
    }
}
