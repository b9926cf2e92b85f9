import Postgres
import Testing
import WebhookCore

@testable import WebhookStore

struct ViewTests {
    @Test(arguments: [
        ("webhook_events", "plugin_id plugin event_name event_type content_table description"),
        (
            "webhook_subscriptions",
            """
            id tenant name url events custom_headers profile queue_mode event_order max_retries active failure_count \
            disabled_reason
            """
        ),
        (
            "webhook_queue",
            """
            id subscription_id event_id event_name status retry_count next_retry_at error_message leased_until \
            created_at delivered_at
            """
        ),
        (
            "webhook_deliveries",
            """
            id queue_ids subscription_id attempt request_url request_headers request_payload response_code \
            response_body duration_ms error_message created_at
            """
        ),
        ("webhook_stats", "subscription_id hour attempts delivered failed success_rate p50_ms p95_ms p99_ms"),
        ("webhook_health", "subscription_id state queue_depth oldest_due_age success_rate last_error"),
    ])
    func `a view has the columns that applications rely on`(view: String, promised: String) async throws {
        try await withStore { store in
            let columns = try await store.rows(
                """
                SELECT column_name::text FROM information_schema.columns
                WHERE table_schema = 'martlet' AND table_name = '\(view)'
                """)
            let missing = Set(promised.split(separator: " ").map(String.init)).subtracting(columns.compactMap { $0 })
            #expect(missing.isEmpty)
        }
    }

    @Test func `the registry knows the events of the core`() async throws {
        try await withStore { store in
            let names = try await store.rows(
                "SELECT event_name FROM martlet.webhook_events WHERE plugin = 'core' AND event_type = 'system'")
            #expect(names.contains("order.created"))
            #expect(names.count == 11)
        }
    }

    // MARK: Queue

    @Test func `what waits is listed in the order in which it is due`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe()
            let claimed = try await store.claimed(3)
            try await store.record([store.attempt(claimed[0], of: subscription, status: 500)])
            _ = try await store.recordDelivered([store.attempt(claimed[1], of: subscription, status: 200)])
            let listed = try await store.database.withSession { session in
                try await session.execute(SetSearchPath())
                return try await session.rows(
                    """
                    SELECT status FROM webhook_queue WHERE status IN ('pending', 'retry') ORDER BY next_retry_at
                    """)
            }
            #expect(listed == ["pending", "retry"])
            let leased = try await store.value(
                "SELECT (leased_until > now())::text FROM martlet.webhook_queue WHERE status = 'pending'")
            #expect(leased == "true")
        }
    }

    private struct SetSearchPath: Statement {
        static let sql = "SET search_path = martlet, public"
    }

    @Test func `a question about what waits opens no history`() async throws {
        try await withStore { store in
            let plan = try await store.rows(
                """
                EXPLAIN SELECT * FROM martlet.webhook_queue
                WHERE status IN ('pending', 'retry') ORDER BY next_retry_at
                """
            ).compactMap { $0 }.joined(separator: "\n")
            #expect(plan.contains("on pending"))
            #expect(plan.contains("on waiting"))
            #expect(!plan.contains("attempts"))
        }
    }

    @Test func `the first of a long queue are found by an index, and nothing else of it is read`() async throws {
        try await withStore { store in
            try await store.run(
                """
                INSERT INTO martlet.waiting (id, event_id, next_retry_at, subscription_id, tenant)
                SELECT martlet.id_floor(now()) + n, martlet.id_floor(now()), now(), 1, 'default'
                FROM generate_series(1, 20000) AS n;
                ANALYZE martlet.waiting;
                """)
            let plan = try await store.rows(
                """
                EXPLAIN SELECT * FROM martlet.webhook_queue
                WHERE status IN ('pending', 'retry') ORDER BY next_retry_at LIMIT 50
                """
            ).compactMap { $0 }.joined(separator: "\n")
            #expect(plan.contains("Index Scan using waiting_due_idx"), "\(plan)")
        }
    }

    @Test func `a question about what waits is never worth compiling`() async throws {
        try await withStore { store in
            // With `jit` on, as it is by default, the server compiles a plan whose price is higher.
            try await store.run(
                """
                INSERT INTO martlet.pending (id, event_id, subscription_id, tenant)
                SELECT martlet.id_floor(now()) + n, martlet.id_floor(now()), 1, 'default'
                FROM generate_series(1, 20000) AS n;
                ANALYZE martlet.pending;
                """)
            let price = try await store.value(
                """
                SELECT substring(line FROM '[.][.]([0-9.]+) rows')
                FROM public.query($$
                    EXPLAIN SELECT * FROM martlet.webhook_queue
                    WHERE status IN ('pending', 'retry') ORDER BY next_retry_at
                    $$) AS line
                LIMIT 1
                """)
            let limit = try await store.value("SELECT boot_val FROM pg_settings WHERE name = 'jit_above_cost'")
            #expect(try #require(price.flatMap(Double.init)) < #require(limit.flatMap(Double.init)))
        }
    }

    // MARK: History

    /// 20,000 attempts of 200 subscriptions, so that the planner has something to choose between.
    private static let history = """
        INSERT INTO martlet.attempts (
            id, delivery_id, event_id, sent_at, subscription_id, version, duration_ms, worker, attempt, outcome, tenant,
            signature)
        SELECT martlet.id_floor(now()) + n, martlet.id_floor(now()) + n, martlet.id_floor(now()), now(), n % 200, 1, 5,
               1, 1, 'd', 'default', 'v1,xyz'
        FROM generate_series(1, 20000) AS n;
        ANALYZE martlet.attempts;
        """

    @Test(arguments: [
        "SELECT * FROM martlet.webhook_deliveries WHERE subscription_id = 7 ORDER BY id DESC LIMIT 50",
        "SELECT * FROM martlet.webhook_queue WHERE id = martlet.id_floor(now()) + 7",
        SelectAttemptsOfDelivery.sql.replacing("$1", with: "martlet.id_floor(now())"),
        SelectDeliveriesOfEvent.sql.replacing("$1", with: "martlet.id_floor(now())").replacing("$2", with: "'default'"),
    ])
    func `a question about one subscription, delivery or event uses an index`(query: String) async throws {
        try await withStore { store in
            try await store.run(Self.history)
            let plan = try await store.rows("EXPLAIN \(query)").compactMap { $0 }.joined(separator: "\n")
            let today = try #require(
                try await store.value("SELECT to_char(now() AT TIME ZONE 'UTC', '\"attempts_\"YYYYMMDD')"))
            #expect(!plan.contains("Seq Scan on \(today)"), "\(plan)")
            let usesIndex = ["Index Scan using", "Index Scan Backward using", "Bitmap Index Scan on"].contains {
                plan.contains("\($0) \(today)")
            }
            #expect(usesIndex, "\(plan)")
        }
    }

    @Test func `a delivered entry is in the queue for 24 hours after it was delivered, and nothing else leaves it`()
        async throws
    {
        try await withStore { store in
            // Queued two days ago, ended so long ago.
            try await store.run(
                """
                CREATE TABLE public.entry AS
                SELECT n AS place, ended, martlet.id_floor(now() - interval '48 hours') + n AS id
                FROM (VALUES (1, '23:59:00'::interval), (2, '24:01:00'), (3, '47:00:00')) AS entry (n, ended);
                INSERT INTO martlet.attempts (
                    id, delivery_id, event_id, sent_at, subscription_id, version, duration_ms, worker, attempt, outcome,
                    tenant, signature)
                SELECT martlet.id_floor(now() - ended) + place, id, 1, now() - ended, 1, 1, 5, 1, 1, 'd', 'default', 's'
                FROM public.entry;
                INSERT INTO martlet.attempts (
                    id, delivery_id, sent_at, subscription_id, version, duration_ms, worker, attempt, outcome, tenant,
                    signature, queue_ids, event_ids)
                SELECT martlet.id_floor(now() - ended) + 10 + place, id + 10, now() - ended, 1, 1, 5, 1, 1, 'd', 'default',
                       's', ARRAY[id + 20, id + 30], ARRAY[1, 1]::bigint[]
                FROM public.entry;
                INSERT INTO martlet.waiting (id, event_id, next_retry_at, subscription_id, tenant, status)
                SELECT id + 40 + n, 1, CASE WHEN n < 3 THEN now() END, 1, 'default',
                       (ARRAY['pending', 'retry', 'failed'])[n]
                FROM public.entry, generate_series(1, 3) AS n WHERE place = 1;
                INSERT INTO martlet.pending (id, event_id, subscription_id, tenant)
                SELECT id + 50, 1, 1, 'default' FROM public.entry WHERE place = 1
                """)
            let queue = try await store.rows(
                """
                SELECT concat_ws(' ', queue.id - (SELECT min(id) FROM public.entry) + 1, status)
                FROM martlet.webhook_queue AS queue ORDER BY id
                """)
            #expect(
                queue == [
                    "1 delivered", "21 delivered", "31 delivered", "42 pending", "43 retry", "44 failed", "51 pending",
                ])
        }
    }

    @Test func `history shows where a request went at that time, also after the subscription is gone`() async throws {
        try await withStore { store in
            let first = try await store.subscribe(headers: [HeaderField("X-Site", "one")])
            try await store.deliver(statuses: [200], to: first)

            var settings = first.settings
            settings.url = SubscriptionURL(stored: "https://elsewhere.example/hook")
            settings.profile = .newmeta
            settings.customHeaders = CustomHeaders(stored: [HeaderField("X-Site", "two")])
            let second = try #require(
                try await store.subscriptions.update(
                    first, to: settings, secret: TestStore.secret(for: .newmeta)))
            try await store.deliver(statuses: [200], to: second)
            #expect(try await store.subscriptions.delete(first.id, tenant: "default"))

            let history = try await store.rows(
                """
                SELECT concat_ws(' ', request_url, request_headers->>'X-Site', request_payload)
                FROM martlet.webhook_deliveries ORDER BY id
                """
            ).compactMap { $0 }
            #expect(history.count == 2)
            #expect(history[0].hasPrefix(#"https://receiver.example/hook one {"type":"order.created""#))
            #expect(history[1] == "https://elsewhere.example/hook two {}")
        }
    }
}
