import Postgres
import TestSupport
import Testing
import WebhookCore
import WebhookStore

struct PartitionTests {
    /// Every partition with its bounds, as they must be: a day of UTC each, without a gap.
    private static func expected(from first: Int, to last: Int) -> String {
        """
        SELECT format('%s_%s FOR VALUES FROM (''%s'') TO (''%s'')', parent, to_char(day, 'YYYYMMDD'),
                      martlet.id_floor(day AT TIME ZONE 'UTC'),
                      martlet.id_floor((day + interval '1 day') AT TIME ZONE 'UTC'))
        FROM unnest(ARRAY['attempts', 'events']) AS parent,
             generate_series((now() AT TIME ZONE 'UTC')::date + (\(first)), (now() AT TIME ZONE 'UTC')::date + \(last),
                             interval '1 day') AS day
        ORDER BY 1
        """
    }

    private static let actual = """
        SELECT relname || ' ' || pg_get_expr(relpartbound, oid) FROM pg_class
        WHERE relnamespace = 'martlet'::regnamespace AND relispartition AND relkind = 'r' ORDER BY 1
        """

    private static func makePartitions(_ store: TestStore, ahead: Int) async throws -> String? {
        try await store.value("SELECT martlet.make_partitions('\(ahead) days')::text")
    }

    // MARK: Make

    @Test func `partitions reach from yesterday to 14 days ahead, and once is enough`() async throws {
        try await withStore { store in
            let partitions = try await store.rows(Self.actual)
            #expect(try await partitions == store.rows(Self.expected(from: -1, to: 14)))
            #expect(try await store.value("SELECT martlet.make_partitions()::text") == "0")
        }
    }

    @Test func `a partition has all the indexes of its parent`() async throws {
        try await withStore { store in
            let missing = try await store.rows(
                """
                SELECT part.oid::regclass::text || ' ' || parent_index.indexrelid::regclass::text
                FROM pg_class AS part
                JOIN pg_inherits AS link ON link.inhrelid = part.oid
                JOIN pg_index AS parent_index ON parent_index.indrelid = link.inhparent
                WHERE part.relnamespace = 'martlet'::regnamespace AND part.relkind = 'r' AND NOT EXISTS (
                    SELECT FROM pg_inherits AS index_link
                    JOIN pg_index AS part_index ON part_index.indexrelid = index_link.inhrelid
                    WHERE index_link.inhparent = parent_index.indexrelid AND part_index.indrelid = part.oid)
                """)
            #expect(missing.isEmpty)
            let constraint = try await store.value(
                """
                SELECT count(*)::text FROM pg_constraint
                WHERE conname = 'attempts_outcome_is_known' AND conrelid <> 'martlet.attempts'::regclass
                """)
            #expect(constraint == "16")
        }
    }

    @Test func `several at once make each partition once`() async throws {
        try await withStore { store in
            let made = try await withThrowingTaskGroup { group in
                for _ in 0..<4 {
                    group.addTask { try await Self.makePartitions(store, ahead: 20) }
                }
                return try await group.reduce(into: [String?]()) { $0.append($1) }
            }
            #expect(made.compactMap { $0 }.sorted() == ["0", "0", "0", "12"])
            #expect(try await store.rows(Self.actual) == store.rows(Self.expected(from: -1, to: 20)))
        }
    }

    @Test func `a day is a day of UTC, also for a session whose zone changes its clocks`() async throws {
        try await withStore { store in
            // Long enough for a change in spring or autumn to lie ahead on every day of the year.
            try await store.database.withSession { session in
                try await session.script("SET timezone = 'Europe/Berlin'; SELECT martlet.make_partitions('220 days')")
            }
            #expect(try await store.rows(Self.actual) == store.rows(Self.expected(from: -1, to: 220)))
        }
    }

    @Test func `an open transaction that has dispatched delays neither the partitions nor other events`() async throws {
        try await withStore { store in
            try await store.database.withSession { application in
                try await application.script("BEGIN; SELECT martlet.dispatch('order.created', '1')")
                try await store.database.withSession { maintenance in
                    try await maintenance.script(
                        "BEGIN; SELECT martlet.make_partitions('20 days')", deadline: .seconds(10))
                    let dispatch = Query("SELECT martlet.dispatch('order.created', '2')::text")
                    #expect(try await store.database.execute(dispatch, deadline: .seconds(10)).count == 1)
                    try await maintenance.script("COMMIT")
                }
                try await application.script("COMMIT")
            }
            #expect(try await store.rows(Self.actual) == store.rows(Self.expected(from: -1, to: 20)))
        }
    }

    // MARK: Drop

    /// The partitions that are older than yesterday, as days ago.
    private static let old = """
        SELECT concat_ws(' ', left(relname, -9), (now() AT TIME ZONE 'UTC')::date - to_date(right(relname, 8), 'YYYYMMDD'))
        FROM pg_class
        WHERE relnamespace = 'martlet'::regnamespace AND relispartition AND relkind = 'r'
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
            let report = try await store.database.execute(MaintainSchema(), deadline: .seconds(60)).first ?? nil
            #expect(report?.hasPrefix("0 partitions made, 4 dropped") == true)
            #expect(try await store.rows(Self.old) == ["attempts 29", "attempts 30", "events 29", "events 30"])
        }
    }

    @Test func `the retention is a setting`() async throws {
        try await withStore { store in
            try await Self.makeOld(store, daysAgo: 5, 8)
            try await store.run("UPDATE martlet.settings SET value = '6' WHERE name = 'retention_days'")
            _ = try await store.database.execute(MaintainSchema(), deadline: .seconds(60))
            #expect(try await store.rows(Self.old) == ["attempts 5", "events 5"])
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
            #expect(try await store.value("SELECT martlet.drop_partitions('30 days')::text") == "3")
            #expect(try await store.rows(Self.old) == ["events 40"])
        }
    }

    @Test func `what is in use is dropped another day, without holding up anybody`() async throws {
        try await withStore { store in
            try await Self.makeOld(store, daysAgo: 40, 41)
            try await store.database.withSession { reader in
                try await reader.script(
                    "BEGIN; SELECT count(*) FROM martlet.events; SELECT count(*) FROM martlet.attempts")
                let drop = Query(
                    "SELECT martlet.drop_partitions('30 days')::text UNION ALL SELECT current_setting('lock_timeout')")
                #expect(try await store.database.execute(drop, deadline: .seconds(10)) == ["0", "0"])
                try await reader.script("COMMIT")
            }
            #expect(try await store.value("SELECT martlet.drop_partitions('30 days')::text") == "4")
        }
    }

    // MARK: Maintain

    @Test func `while one maintains, the others leave it alone`() async throws {
        try await withStore { store in
            try await store.database.withSession { session in
                try await session.script("BEGIN")
                #expect(try await session.execute(MaintainSchema(), deadline: .seconds(60)).first ?? nil != nil)
                let other = try await store.database.execute(MaintainSchema(), deadline: .seconds(10))
                #expect(other == [nil])
                try await session.script("COMMIT")
            }
            #expect(try await store.database.execute(MaintainSchema(), deadline: .seconds(60)).first ?? nil != nil)
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
            _ = try await store.database.execute(MaintainSchema(), deadline: .seconds(60))
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
            _ = try await store.database.execute(MaintainSchema(), deadline: .seconds(60))
            #expect(try await store.rows("SELECT subscription_id::text FROM martlet.waiting") == ["\(kept.id)"])
        }
    }
}
