import Testing
import WebhookCore
import WebhookStore

/// Workers of the release before go on after a migration.
struct EarlierWorkerTests {
    private static func claimed(_ store: TestStore) async throws -> [String?] {
        try await store.rows(
            """
            SELECT subscription_id::text
            FROM martlet.claim_lanes(\(TestStore.worker.rawValue), 10, 10, interval '1 minute', '{}')
            """)
    }

    @Test func `they get plain lanes and give them back, and no lane that has an order or a limit`() async throws {
        try await withStore { store in
            let plain = try await store.subscribe()
            _ = try await store.subscribe(ordering: "subscription")
            try await store.dispatch("order.created")
            let pending = try await store.claim()
            try await store.database.execute(ParkDeliveries(worker: TestStore.worker, deliveries: pending.map(\.id)))
            try await store.run("SELECT martlet.advance_lanes()")
            #expect(try await Self.claimed(store) == ["\(plain.id)"])

            let released = try await store.value(
                "SELECT martlet.release_lanes(\(TestStore.worker.rawValue), ARRAY[\(plain.id)])::text")
            #expect(released == "0")
            #expect(try await store.value("SELECT count(*)::text FROM martlet.lanes WHERE worker IS NOT NULL") == "0")
        }
    }

    @Test func `a lane whose lease has run out is looked at again like any other`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe()
            try await store.run("UPDATE martlet.subscriptions SET diverted = true")
            try await store.dispatch("order.created")
            try await store.run("SELECT martlet.advance_lanes()")
            // A worker that is gone: its lease is over, its rows went elsewhere.
            try await store.run("UPDATE martlet.lanes SET worker = 4711, lease_until = now() - interval '1 second'")
            try await store.run("UPDATE martlet.waiting SET next_retry_at = now() + interval '1 hour'")
            #expect(try await Self.claimed(store).isEmpty)
            #expect(try await store.value("SELECT count(*)::text FROM martlet.lanes WHERE worker IS NOT NULL") == "0")
            try await store.dispatch("order.created")
            try await store.run("SELECT martlet.advance_lanes()")
            #expect(try await Self.claimed(store) == ["\(subscription.id)"])
        }
    }
}
