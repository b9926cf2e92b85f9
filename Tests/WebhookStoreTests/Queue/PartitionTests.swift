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
        WHERE relnamespace = 'martlet'::regnamespace AND relispartition AND relkind = 'r' AND relname !~ '_default$'
        ORDER BY 1
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
            #expect(constraint == "17")
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

    // MARK: Without maintenance

    /// The partitions of the days from `first` on are gone, as if nobody had made them.
    private static func forget(_ store: TestStore, from first: Int) async throws {
        try await store.run(
            """
            DO $$
            DECLARE
                partition regclass;
            BEGIN
                FOR partition IN
                    SELECT oid FROM pg_class
                    WHERE relnamespace = 'martlet'::regnamespace AND relispartition AND relkind = 'r'
                      AND relname ~ '_[0-9]{8}$'
                      AND to_date(right(relname, 8), 'YYYYMMDD') >= (now() AT TIME ZONE 'UTC')::date + \(first)
                LOOP
                    EXECUTE format('DROP TABLE %s', partition);
                END LOOP;
            END
            $$
            """)
    }

    @Test func `a week ago somebody made partitions: events are accepted today, and in a week`() async throws {
        try await withStore { store in
            // 14 days ahead of a week ago.
            try await Self.forget(store, from: 7)
            try await store.run(
                """
                INSERT INTO martlet.events (id, tenant, event_name, payload)
                SELECT martlet.id_floor(date_trunc('day', now(), 'UTC') + n * interval '1 day'), 'default', 'a', '{}'
                FROM generate_series(0, 6) AS n
                """)
            #expect(try await store.value("SELECT count(*)::text FROM martlet.events_default") == "0")
        }
    }

    @Test func `without any partition events are accepted and delivered all the same`() async throws {
        try await withStore { store in
            try await Self.forget(store, from: -1)
            let subscription = try await store.subscribe()
            let delivery = try await store.claimed(1)
            let success = try store.attempt(delivery[0], of: subscription, status: 200)
            #expect(try await store.recordDelivered([success]) == 1)
            #expect(try await store.rows("SELECT status FROM martlet.webhook_queue") == ["delivered"])
        }
    }

    @Test func `maintenance that comes back makes the partitions of the days that can have one`() async throws {
        try await withStore { store in
            try await Self.forget(store, from: -1)
            _ = try await store.subscribe()
            try await store.dispatch("order.created")
            try await store.maintain()
            // Today's events are in the default partition already, and stay there.
            let today = try await store.value("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYYMMDD')") ?? ""
            let partitions = try await store.rows(Self.actual).compactMap { $0 }
            #expect(!partitions.contains { $0.hasPrefix("events_\(today)") })
            #expect(partitions.contains { $0.hasPrefix("attempts_\(today)") })
            #expect(partitions.count == 31)
            try await store.dispatch("order.created")
            #expect(try await store.claim().count == 2)
        }
    }

    @Test func `a clock that is far ahead loses nothing, neither then nor when it is right again`() async throws {
        try await withStore { store in
            try await store.run(
                """
                INSERT INTO martlet.events (id, tenant, event_name, payload)
                VALUES (martlet.id_floor(now() + interval '1 year'), 'default', 'a', '{}')
                """)
            try await store.maintain()
            #expect(try await store.value("SELECT count(*)::text FROM martlet.events") == "1")
            #expect(try await store.rows(Self.actual) == store.rows(Self.expected(from: -1, to: 14)))
        }
    }
}
