import Postgres
import Testing
import WebhookCore
import WebhookStore

/// What a claim reads for its batches: the events of each in its order, however many batches they are in.
struct BatchEventTests {
    /// Subscriptions in queued mode to `order.created`, one an order, and what waits for them is due.
    private static func queued(
        _ orders: [EventOrder], data: [String], idsBetween: Int = 0, in store: TestStore
    ) async throws -> [StoredSubscription] {
        var subscriptions: [StoredSubscription] = []
        for order in orders {
            let subscription = try await store.subscribe(to: ["order.created"], queueMode: .queued, maxRetries: 1)
            try await store.run(
                """
                UPDATE martlet.subscriptions
                SET batch_interval_seconds = 60, event_order = '\(order.rawValue)' WHERE id = \(subscription.id)
                """)
            subscriptions.append(subscription)
        }
        for value in data {
            try await store.dispatch("order.created", value)
            try await store.dispatch("nobody.wants", "\"other\"")
            try await store.run("SELECT nextval('martlet.id_sequence') FROM generate_series(1, \(idsBetween))")
        }
        try await store.run(
            """
            UPDATE martlet.waiting SET next_retry_at = next_retry_at - interval '1 hour';
            UPDATE martlet.lanes SET due_at = due_at - interval '1 hour' WHERE due_at < 'infinity';
            """)
        try await store.tend()
        return subscriptions
    }

    private static func data(_ request: ClaimedDelivery) -> [String] {
        request.entries.map { String(decoding: $0.data, as: UTF8.self) }
    }

    /// Events that were stored together, and far from each other.
    @Test(arguments: [0, 200])
    func `a batch has its events and no other, in its order`(idsBetween: Int) async throws {
        try await withStore { store in
            _ = try await Self.queued(
                [.chronological], data: ["1", "2", "3"], idsBetween: idsBetween, in: store)
            #expect(try await store.claimLanes().map(Self.data) == [["1", "2", "3"]])
        }
    }

    @Test(arguments: [0, 200])
    func `an event of several subscriptions goes out in a batch of each, in the order of each`(
        idsBetween: Int
    ) async throws {
        try await withStore { store in
            let subscriptions = try await Self.queued(
                [.chronological, .reverse], data: ["1", "2", "3"], idsBetween: idsBetween, in: store)
            let requests = try await store.claimLanes()
            #expect(Set(requests.map(\.subscriptionID)) == Set(subscriptions.map(\.id)))
            for request in requests {
                let isReverse = request.subscriptionID == subscriptions[1].id
                #expect(Self.data(request) == (isReverse ? ["3", "2", "1"] : ["1", "2", "3"]))
            }
        }
    }

    @Test(arguments: [0, 200])
    func `an event that is gone is missing in every batch it was in, and nothing else is`(idsBetween: Int) async throws
    {
        try await withStore { store in
            _ = try await Self.queued(
                [.chronological, .chronological], data: ["1", "2", "3"], idsBetween: idsBetween, in: store)
            try await store.run("DELETE FROM martlet.events WHERE payload::text = '2'")
            #expect(try await store.claimLanes().map(Self.data) == [["1", "3"], ["1", "3"]])
            #expect(
                try await store.rows("SELECT status FROM martlet.webhook_queue WHERE status = 'failed'").count == 2)
        }
    }

    @Test func `events of two tenants go out to their own`() async throws {
        try await withStore { store in
            for tenant in ["default", "other"] {
                let subscription = try await store.subscribe(tenant: tenant, queueMode: .queued, maxRetries: 1)
                try await store.run(
                    "UPDATE martlet.subscriptions SET batch_interval_seconds = 60 WHERE id = \(subscription.id)")
            }
            for tenant in ["default", "other"] {
                try await store.dispatch("order.created", "\"\(tenant)\"", tenant: tenant)
            }
            try await store.run("UPDATE martlet.waiting SET next_retry_at = next_retry_at - interval '1 hour'")
            try await store.tend()
            let requests = try await store.claimLanes()
            #expect(requests.count == 2)
            for request in requests { #expect(Self.data(request) == ["\"\(request.tenant)\""]) }
        }
    }
}
