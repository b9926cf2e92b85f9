import Postgres
import TestSupport
import Testing
import WebhookCore
import WebhookStore

struct RetentionTests {
    // MARK: Partitions

    /// The partitions that are older than yesterday, as days ago.
    private static let old = """
        SELECT concat_ws(' ', left(relname, -9), (now() AT TIME ZONE 'UTC')::date - to_date(right(relname, 8), 'YYYYMMDD'))
        FROM pg_class
        WHERE relnamespace = 'martlet'::regnamespace AND relispartition AND relkind = 'r' AND relname !~ '_default$'
          AND to_date(right(relname, 8), 'YYYYMMDD') < (now() AT TIME ZONE 'UTC')::date - 1
        ORDER BY 1
        """

    private static func makeOld(_ store: TestStore, daysAgo: Int...) async throws {
        for days in daysAgo {
            try await store.makePartition(of: "events", daysAgo: days)
            try await store.makePartition(of: "attempts", daysAgo: days)
        }
    }

    @Test func `what ended longer ago than the retention goes, and no day more`() async throws {
        try await withStore { store in
            try await Self.makeOld(store, daysAgo: 29, 30, 31, 40)
            let done = try await store.maintain()
            #expect(done.made == 0)
            #expect(done.dropped.count == 4)
            #expect(try await store.rows(Self.old) == ["attempts 29", "attempts 30", "events 29", "events 30"])
        }
    }

    @Test func `the retention is a setting`() async throws {
        try await withStore { store in
            try await Self.makeOld(store, daysAgo: 5, 8)
            try await store.run("UPDATE martlet.settings SET value = '6' WHERE name = 'retention_days'")
            try await store.maintain()
            #expect(try await store.rows(Self.old) == ["attempts 5", "events 5"])
        }
    }

    @Test func `without a setting, history is kept as long as by default`() async throws {
        try await withStore { store in
            try await Self.makeOld(store, daysAgo: 29, 40)
            try await store.run("DELETE FROM martlet.settings WHERE name = 'retention_days'")
            try await store.maintain()
            #expect(try await store.rows(Self.old) == ["attempts 29", "events 29"])
        }
    }

    @Test(arguments: ["0", "-5", "abc", "99999999999"])
    func `no retention but days is taken`(value: String) async throws {
        try await withStore { store in
            await #expect(throws: PostgresError.self) {
                try await store.run("UPDATE martlet.settings SET value = '\(value)' WHERE name = 'retention_days'")
            }
        }
    }

    @Test(arguments: [
        "INSERT INTO martlet.pending (id, event_id, subscription_id, tenant) SELECT id, id, 1, 'default' FROM martlet.events",
        """
        INSERT INTO martlet.waiting (id, event_id, next_retry_at, subscription_id, tenant, status)
        SELECT id, id, NULL, 1, 'default', 'failed' FROM martlet.events
        """,
    ])
    func `events that a delivery still needs stay, however old`(delivery: String) async throws {
        try await withStore { store in
            try await Self.makeOld(store, daysAgo: 40, 41)
            try await store.run(
                """
                INSERT INTO martlet.events (id, tenant, event_name, payload)
                VALUES (martlet.id_floor(date_trunc('day', now(), 'UTC') - interval '960 hours'), 'default', 'a', '{}');
                \(delivery);
                """)
            #expect(try await store.maintain().dropped.count == 3)
            #expect(try await store.rows(Self.old) == ["events 40"])
        }
    }

    @Test func `what is in use is dropped another day, without holding up anybody`() async throws {
        try await withStore { store in
            try await Self.makeOld(store, daysAgo: 40, 41)
            try await store.database.withSession { reader in
                try await reader.script(
                    "BEGIN; SELECT count(*) FROM martlet.events; SELECT count(*) FROM martlet.attempts")
                #expect(try await store.maintain().dropped == [])
                try await reader.script("COMMIT")
            }
            #expect(try await store.maintain().dropped.count == 4)
        }
    }

    @Test func `while one cleans up, the others leave it alone`() async throws {
        try await withStore { store in
            try await Self.makeOld(store, daysAgo: 40)
            try await store.database.withSession { session in
                try await session.script("BEGIN; SELECT martlet.expire(10)")
                let done = try await store.maintain()
                #expect(done.expired == 0)
                #expect(done.dropped.isEmpty)
                try await session.script("COMMIT")
            }
            #expect(try await store.maintain().dropped.count == 2)
        }
    }

    // MARK: Clock

    @Test(arguments: ["now() - interval '2 days'", "now() + interval '1 hour'"])
    func `nothing goes for a day after the clock has leapt`(seen: String) async throws {
        try await withStore { store in
            try await Self.makeOld(store, daysAgo: 40)
            try await Self.keepOldKey(store)
            try await store.run("UPDATE martlet.maintenance_clock SET seen_at = \(seen)")
            for _ in 0..<2 {
                let done = try await store.maintain()
                #expect(done.expired == 0)
                #expect(done.dropped.isEmpty)
            }
            try await store.run("UPDATE martlet.maintenance_clock SET steady_since = now() - interval '25 hours'")
            let done = try await store.maintain()
            #expect(done.expired == 1)
            #expect(done.dropped.count == 2)
        }
    }

    /// Time passes without maintenance.
    private static func pass(_ time: String, _ store: TestStore) async throws {
        try await store.run(
            "UPDATE martlet.maintenance_clock SET seen_at = seen_at - '\(time)'::interval, steady_since = steady_since - '\(time)'::interval"
        )
    }

    @Test(arguments: ["24 hours 1 minute", "7 days"])
    func `where maintenance runs only so often, that is no leap after the second time`(pause: String) async throws {
        try await withStore { store in
            try await Self.keepOldKey(store)
            #expect(try await store.maintain().expired == 1)
            try await Self.keepOldKey(store)
            // What looks like a leap, and then comes again.
            try await Self.pass(pause, store)
            #expect(try await store.maintain().expired == 0)
            for _ in 1...5 {
                try await Self.pass(pause, store)
                #expect(try await store.maintain().expired == 1)
                try await Self.keepOldKey(store)
            }
            // One run was left out.
            try await Self.pass(pause, store)
            try await Self.pass(pause, store)
            #expect(try await store.maintain().expired == 1)
            // The clock is set to another year.
            try await Self.keepOldKey(store)
            try await Self.pass("365 days", store)
            #expect(try await store.maintain().expired == 0)
        }
    }

    @Test func `a pause is forgotten after as long as it took, and a leap as soon as the clock is set right`()
        async throws
    {
        try await withStore { store in
            try await store.maintain()
            try await Self.pass("7 days", store)
            for _ in 1...8 {
                try await store.maintain()
                try await Self.pass("23 hours", store)
            }
            try await Self.keepOldKey(store)
            try await Self.pass("5 days", store)
            #expect(try await store.maintain().expired == 0)

            try await Self.pass("365 days", store)
            try await store.maintain()
            try await Self.pass("-365 days", store)
            try await store.maintain()
            try await Self.pass("23 hours", store)
            try await Self.pass("2 hours", store)
            try await Self.pass("365 days", store)
            #expect(try await store.maintain().expired == 0)
        }
    }

    @Test func `a year that was wrong once does not make the next one right`() async throws {
        try await withStore { store in
            try await Self.pass("6 years", store)
            try await store.maintain()
            try await Self.pass("25 hours", store)
            try await store.maintain()
            try await Self.keepOldKey(store)
            try await Self.pass("365 days", store)
            #expect(try await store.maintain().expired == 0)
        }
    }

    private static func keepOldKey(_ store: TestStore) async throws {
        try await store.run(
            """
            INSERT INTO martlet.idempotency_keys (tenant, key, event_id)
            VALUES ('default', 'old', martlet.id_floor(now() - interval '31 days'))
            """)
    }

    // MARK: Rows

    @Test func `many rows go in many steps`() async throws {
        try await withStore { store in
            try await store.run(
                """
                INSERT INTO martlet.idempotency_keys (tenant, key, event_id)
                SELECT 'default', n, martlet.id_floor(now() - interval '31 days') FROM generate_series(1, 95) AS n
                """)
            let done = try await store.maintain(rowsPerStep: 10)
            #expect(done.expired == 95)
            #expect(done.steps == 10)
        }
    }

    @Test func `of the default partitions only what is old goes, and no event that a delivery needs`() async throws {
        try await withStore { store in
            try await store.run(
                """
                INSERT INTO martlet.events (id, tenant, event_name, payload)
                SELECT martlet.id_floor(now() - n * interval '1 day'), 'default', 'day ' || n, '{}'
                FROM unnest(ARRAY[29, 31, 32, 33]) AS n;
                INSERT INTO martlet.waiting (id, event_id, next_retry_at, subscription_id, tenant)
                SELECT id, id, now(), 1, 'default' FROM martlet.events WHERE event_name = 'day 32';
                INSERT INTO martlet.pending (id, event_id, subscription_id, tenant)
                SELECT id, id, 1, 'default' FROM martlet.events WHERE event_name = 'day 33';
                INSERT INTO martlet.subscriptions (id, name, url, events, secret)
                OVERRIDING SYSTEM VALUE VALUES (1, 's', 'https://receiver.example', '{}', '')
                """)
            #expect(try await store.maintain().expired == 1)
            #expect(
                try await store.rows("SELECT event_name FROM martlet.events_default ORDER BY 1") == [
                    "day 29", "day 32", "day 33",
                ])
        }
    }

    @Test func `a delivery whose event is gone fails, and can be retried once the event is back`() async throws {
        try await withStore { store in
            let fast = try await store.subscribe(to: ["fast"])
            let lane = try await store.subscribeInLane(to: ["lane"])
            var ids: [EventID: String] = [:]
            for name in ["fast", "lane"] {
                for _ in 1...2 { try await ids[store.dispatch(name)] = name }
            }
            let gone = ids.keys.sorted()
            try await store.tend()
            try await store.run(
                """
                CREATE TABLE public.kept AS SELECT * FROM martlet.events WHERE id IN (\(gone[0]), \(gone[2]));
                DELETE FROM martlet.events WHERE id IN (\(gone[0]), \(gone[2]))
                """)
            // Leased in vain.
            #expect(try await store.claim().map(\.eventID) == [gone[1]])
            #expect(try await store.claimLanes().map(\.eventID) == [gone[3]])

            #expect(try await store.maintain().expired == 2)
            let failed = try await store.rows(
                """
                SELECT concat_ws(' ', subscription_id, event_id, error_message) FROM martlet.webhook_queue
                WHERE status = 'failed' ORDER BY event_id
                """)
            let message = "the event of this delivery is no longer kept"
            #expect(failed == ["\(fast.id) \(gone[0]) \(message)", "\(lane.id) \(gone[2]) \(message)"])
            #expect(try await store.maintain().expired == 0)

            try await store.run("INSERT INTO martlet.events SELECT * FROM public.kept")
            let id = try #require(
                try await store.value("SELECT id::text FROM martlet.waiting WHERE event_id = \(gone[0])")
                    .flatMap { DeliveryID($0) })
            #expect(try await store.deliveries.retry(id, tenant: "default") == .queued(id))
            #expect(try await store.claimLanes().map(\.id) == [id])
        }
    }

    @Test func `workers go when no attempt can name them any more`() async throws {
        try await withStore { store in
            try await store.run(
                """
                INSERT INTO martlet.workers (name, user_agent, started_at, stopped_at)
                SELECT name, 'x', now() - interval '99 days', stopped_at
                FROM (VALUES ('gone', now() - interval '32 days'), ('named', now() - interval '30 days'),
                             ('working', NULL)) AS worker (name, stopped_at)
                """)
            try await store.maintain()
            #expect(try await store.rows("SELECT name FROM martlet.workers ORDER BY 1") == ["named", "working"])
        }
    }

    @Test func `versions of subscriptions go when no attempt can name them any more`() async throws {
        try await withStore { store in
            let kept = try await store.subscribe()
            let deleted = try await store.subscribe(to: ["x"])
            let justDeleted = try await store.subscribe()
            for _ in 0..<3 { _ = try await store.change(kept) { $0.name = ($0.name ?? "") + "+" } }
            let delivery = try await store.claimed(1).filter { $0.subscriptionID == justDeleted.id }
            _ = try await store.recordDelivered([store.attempt(delivery[0], of: justDeleted, status: 200)])
            for gone in [deleted, justDeleted] {
                #expect(try await store.subscriptions.delete(gone.id, tenant: gone.tenant))
            }
            // Version 2 was made 35 days ago, 3 and 4 today.
            try await store.run(
                "UPDATE martlet.subscription_versions SET created_at = now() - interval '35 days' WHERE version <= 2")
            try await store.maintain()
            let left = try await store.rows(
                """
                SELECT subscription_id || '.' || version FROM martlet.subscription_versions
                ORDER BY subscription_id, version
                """)
            #expect(left == ["\(kept.id).2", "\(kept.id).3", "\(kept.id).4", "\(justDeleted.id).1"])
        }
    }

    @Test func `idempotency keys are kept as long as events`() async throws {
        try await withStore { store in
            try await store.run(
                """
                INSERT INTO martlet.idempotency_keys (tenant, key, event_id)
                VALUES ('default', 'old', martlet.id_floor(now() - interval '31 days')),
                       ('default', 'young', martlet.id_floor(now() - interval '29 days'));
                """)
            try await store.maintain()
            #expect(try await store.rows("SELECT key FROM martlet.idempotency_keys") == ["young"])
        }
    }

    @Test func `what a dispatch queued for a subscription while it was being deleted is cancelled`() async throws {
        try await withStore { store in
            let deleted = try await store.subscribe(queueMode: .queued)
            let kept = try await store.subscribe(queueMode: .queued)
            try await store.database.withSession { producer in
                try await producer.script("BEGIN; SELECT martlet.dispatch('order.created', '1')")
                #expect(try await store.subscriptions.delete(deleted.id, tenant: "default"))
                try await producer.script("COMMIT")
            }
            try await store.maintain()
            #expect(try await store.rows("SELECT subscription_id::text FROM martlet.waiting") == ["\(kept.id)"])
        }
    }
}
