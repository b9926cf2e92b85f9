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

    @Test func `they get no lane in queued mode, and the batch that they have in the air is recorded as before`()
        async throws
    {
        try await withStore { store in
            let subscription = try await store.subscribe(queueMode: .queued)
            try await store.dispatch("order.created")
            try await store.run(
                """
                UPDATE martlet.subscriptions SET batch_interval_seconds = 60;
                SELECT martlet.advance_lanes();
                UPDATE martlet.lanes SET due_at = now();
                """)
            #expect(try await Self.claimed(store).isEmpty)

            // As their claim left it.
            let worker = TestStore.worker.rawValue
            try await store.run(
                """
                INSERT INTO martlet.batches (id, due_at, subscription_id, bytes, tenant, entries)
                SELECT 4711, now(), subscription_id, 2, tenant, ARRAY[id] FROM martlet.waiting;
                UPDATE martlet.waiting
                SET batch_id = 4711, worker = \(worker), lease_until = now() + interval '1 minute',
                    next_retry_at = now() - interval '1 hour';
                UPDATE martlet.lanes SET worker = NULL, lease_until = NULL;
                """)
            #expect(try await store.claimLanes(as: TestStore.otherWorker).isEmpty)
            #expect(
                try await store.value(
                    """
                    SELECT martlet.record_batches(
                        \(worker), '{4711}', ARRAY[\(subscription.id)], '{1}', '{default}', '{1}', ARRAY[now()], '{5}',
                        '{200}', '{ok}', '{s}', array_agg(id), array_agg(event_id), '{1}')::text
                    FROM martlet.waiting
                    """) == "1")
            #expect(
                try await store.rows("SELECT concat_ws(' ', delivery_id, outcome) FROM martlet.attempts") == ["4711 d"])
            #expect(
                try await store.value(
                    "SELECT ((SELECT count(*) FROM martlet.waiting) + count(*))::text FROM martlet.batches") == "0")
        }
    }

    @Test func `a batch that they had in the air when they died goes out again as it was`() async throws {
        try await withStore { store in
            _ = try await store.subscribe(queueMode: .queued)
            try await store.dispatch("order.created", "1")
            try await store.dispatch("order.created", "2")
            try await store.run(
                """
                UPDATE martlet.subscriptions SET batch_interval_seconds = 60;
                SELECT martlet.advance_lanes();
                UPDATE martlet.lanes SET due_at = now();
                INSERT INTO martlet.batches (id, due_at, subscription_id, bytes, tenant, entries)
                SELECT 4711, now(), subscription_id, 2, tenant, array_agg(id ORDER BY id)
                FROM martlet.waiting GROUP BY subscription_id, tenant;
                UPDATE martlet.waiting SET batch_id = 4711, status = 'retry', retry_count = 2;
                """)
            let claimed = try await store.claimLanes()
            #expect(claimed.map(\.id.rawValue) == [4711])
            #expect(claimed.map(\.attempt) == [3])
            #expect(claimed.first?.entries.map { String(decoding: $0.data, as: UTF8.self) } == ["1", "2"])
        }
    }
}
