import Postgres
import TestSupport
import Testing
import WebhookCore
import WebhookStore

struct RollUpTests {
    /// `count` attempts that ended in the hours that are `hoursAgo`, one after the other, each with the same duration.
    private static func store(
        _ count: Int, in store: TestStore, hoursAgo: Int = 0, subscription: Int = 1, milliseconds: Int = 12
    ) async throws {
        try await store.run(
            """
            INSERT INTO martlet.attempts (
                id, delivery_id, event_id, sent_at, subscription_id, version, duration_ms, worker, attempt, outcome,
                tenant, signature)
            SELECT martlet.id_floor(date_trunc('hour', now(), 'UTC') - interval '\(hoursAgo) hours')
                       + nextval('martlet.id_sequence'),
                   n, n, now(), \(subscription), 1, \(milliseconds), 1, 1, 'd', 'default', 'v1,xyz'
            FROM generate_series(1, \(count)) AS n
            """)
    }

    /// The time since the last count over.
    private static func letTimePass(_ store: TestStore) async throws {
        try await store.run("UPDATE martlet.roll_up_progress SET counted_at = '-infinity'")
    }

    private static func step(_ store: TestStore, limit: Int = 1_000) async throws -> RollUpAttempts.Row {
        try await letTimePass(store)
        return try #require(try await store.database.execute(RollUpAttempts(limit: limit)).first)
    }

    /// Counts until nothing is left.
    private static func countAll(_ store: TestStore, limit: Int = 1_000) async throws {
        try await eventually("all attempts are counted", within: .seconds(60)) {
            let step = try await step(store, limit: limit)
            return !step.more && !step.later
        }
    }

    /// What is counted, without the tail that the views add.
    private static let counted = """
        SELECT coalesce(sum(attempts), 0)::text
        FROM (SELECT attempts FROM martlet.statistics UNION ALL SELECT attempts FROM martlet.open_statistics) AS hours
        """

    private static let shown = """
        SELECT concat_ws(' ', subscription_id, attempts, delivered, failed, exhausted, round(success_rate::numeric, 2),
                         p50_ms, p95_ms, p99_ms)
        FROM martlet.webhook_stats ORDER BY subscription_id
        """

    @Test func `attempts show as soon as they are recorded, and the same when they are counted`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe(maxRetries: 1)
            try await store.deliver(statuses: [200, 500, 200], to: subscription)
            let retry = try await store.claimRetry(of: subscription)
            try await store.record([store.attempt(retry, of: subscription, status: nil)])
            // 12 ms thrice and 10 s once.
            let expected = ["\(subscription.id) 4 2 2 1 0.50 15 11000 11000"]
            #expect(try await store.rows(Self.shown) == expected)
            #expect(try await store.value(Self.counted) == "0")
            try await Self.countAll(store)
            #expect(try await store.rows(Self.shown) == expected)
            #expect(try await store.value(Self.counted) == "4")
        }
    }

    @Test func `what is counted and what is not add up, percentiles too`() async throws {
        try await withStore { store in
            try await Self.store(94, in: store, milliseconds: 4)
            try await Self.countAll(store)
            // Whatever the time is, they are of the same hour.
            let later = """
                UPDATE martlet.roll_up_progress SET up_to = (SELECT max(id) + 1 FROM martlet.attempts);
                INSERT INTO martlet.attempts (
                    id, delivery_id, event_id, sent_at, subscription_id, version, duration_ms, worker, attempt, outcome,
                    tenant, signature)
                SELECT up_to + n, n, n, now(), 1, 1, 400, 1, 1, 'r', 'default', 'v1,xyz'
                FROM martlet.roll_up_progress, generate_series(1, 6) AS n
                """
            try await store.run(later)
            let row = try await store.value("\(Self.shown) LIMIT 1")
            #expect(row == "1 100 94 6 0 0.94 5 500 500")
        }
    }

    @Test func `several at once count each attempt once, in steps`() async throws {
        try await withStore { store in
            for subscription in 1...3 { try await Self.store(50, in: store, hoursAgo: 1, subscription: subscription) }
            let first = try await Self.step(store, limit: 10)
            #expect(first.counted == 10)
            #expect(first.more)
            try await withThrowingTaskGroup { group in
                for _ in 0..<4 { group.addTask { try await Self.countAll(store, limit: 7) } }
                try await group.waitForAll()
            }
            try await Self.countAll(store)
            #expect(try await store.value(Self.counted) == "150")
            #expect(try await store.rows("SELECT attempts::text FROM martlet.webhook_stats") == ["50", "50", "50"])
        }
    }

    @Test func `an attempt that commits late is counted, and counted once`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe()
            let deliveries = try await store.claimed(2)
            try await store.database.withSession { late in
                try await late.script("BEGIN")
                let first = try store.attempt(deliveries[0], of: subscription, status: 200)
                #expect(try await late.execute(RecordDelivered(worker: TestStore.worker, attempts: [first])) == [1])
                let second = try store.attempt(deliveries[1], of: subscription, status: 200)
                #expect(try await store.recordDelivered([second]) == 1)
                for _ in 0..<3 { #expect(try await Self.step(store).counted == 0) }
                try await late.script("COMMIT")
            }
            try await Self.countAll(store)
            #expect(try await store.value(Self.counted) == "2")
            #expect(try await store.rows("SELECT attempts::text FROM martlet.webhook_stats") == ["2"])
        }
    }

    @Test func `a long transaction that records nothing does not stop the counting`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe()
            try await store.database.withSession { application in
                try await application.script("BEGIN; SELECT martlet.dispatch('a', '1')")
                try await store.deliver(statuses: [200], to: subscription)
                try await Self.countAll(store)
                #expect(try await store.value(Self.counted) == "1")
                try await application.script("ROLLBACK")
            }
        }
    }

    @Test func `an hour that is over keeps its figures and loses its histogram`() async throws {
        try await withStore { store in
            try await Self.store(3, in: store, hoursAgo: 2)
            try await Self.store(2, in: store)
            try await Self.countAll(store)
            #expect(try await store.rows("SELECT attempts::text FROM martlet.statistics") == ["3"])
            #expect(try await store.rows("SELECT attempts::text FROM martlet.open_statistics") == ["2"])
            let hours = try await store.rows(
                "SELECT concat_ws(' ', attempts, p50_ms) FROM martlet.webhook_stats ORDER BY hour")
            #expect(hours == ["3 15", "2 15"])
        }
    }

    @Test func `when the clock is set back the hour is counted again, from its attempts`() async throws {
        try await withStore { store in
            try await Self.store(5, in: store, hoursAgo: 1)
            try await Self.store(3, in: store)
            try await Self.countAll(store)
            // It was three hours ahead until now.
            try await store.run(
                """
                UPDATE martlet.roll_up_progress
                SET seen_at = now() + interval '3 hours', up_to = martlet.id_floor(now() + interval '3 hours')
                """)
            try await Self.store(4, in: store)
            try await Self.countAll(store)
            #expect(try await store.value(Self.counted) == "12")
            #expect(
                try await store.rows("SELECT attempts::text FROM martlet.webhook_stats ORDER BY hour") == ["5", "7"])
        }
    }

    @Test func `statistics are kept as long as attempts`() async throws {
        try await withStore { store in
            try await store.run(
                """
                INSERT INTO martlet.statistics (
                    hour, subscription_id, attempts, delivered, exhausted, p50_ms, p95_ms, p99_ms, tenant)
                SELECT date_trunc('hour', now(), 'UTC') - n * interval '1 day', 1, n, n, 0, 1, 1, 1, 'default'
                FROM unnest(ARRAY[29, 31]) AS n
                """)
            try await store.maintain()
            #expect(try await store.rows("SELECT attempts::text FROM martlet.webhook_stats") == ["29"])
        }
    }
}
