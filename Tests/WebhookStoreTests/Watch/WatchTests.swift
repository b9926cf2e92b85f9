import Postgres
import Testing
import WebhookCore
import WebhookStore

struct WatchTests {
    @Test func `every row is an event with the row as data, a deleted one as it was`() async throws {
        try await withStore { store in
            try await store.watchOrders()
            try await store.run("INSERT INTO orders VALUES (1, 'new', 19.90), (2, 'new', 5)")
            try await store.run("UPDATE orders SET status = 'paid' WHERE id = 1")
            try await store.run("DELETE FROM orders WHERE id = 1")
            #expect(
                try await store.emitted() == [
                    #"created {"id":1,"status":"new","total":19.90}"#,
                    #"created {"id":2,"status":"new","total":5}"#,
                    #"updated {"id":1,"status":"paid","total":19.90}"#,
                    #"deleted {"id":1,"status":"paid","total":19.90}"#,
                ])
        }
    }

    @Test func `what is emitted is delivered to those who subscribed`() async throws {
        try await withStore { store in
            _ = try await store.subscribe(to: ["item.orders.*"])
            try await store.watchOrders()
            try await store.run("INSERT INTO orders SELECT g, 'new', 1 FROM generate_series(1, 3) AS g")
            #expect(try await store.claim().map(\.eventName) == Array(repeating: "item.orders.created", count: 3))
        }
    }

    @Test func `a statement dispatches once, whatever the number of its rows`() async throws {
        try await withStore { store in
            try await store.watchOrders()
            let insert = "INSERT INTO orders SELECT g, 'new', 1 FROM generate_series(1, 900) AS g;"
            #expect(try await store.calls(of: "dispatch_many", in: insert) == "1")
            #expect(try await store.countEvents() == "900")
            #expect(try await store.calls(of: "dispatch_many", in: "DELETE FROM orders WHERE id < 0;") == nil)
        }
    }

    @Test func `a hundred thousand rows in one UPDATE go a thousand at a time`() async throws {
        try await withStore { store in
            try await store.watchOrders("columns => '{id, status}', condition => 'NEW.total >= OLD.total'")
            // The plan of the trigger is made for one row.
            try await store.run(
                """
                INSERT INTO orders VALUES (0, 'new', 1);
                UPDATE orders SET status = 'old';
                ALTER TABLE orders DISABLE TRIGGER USER;
                INSERT INTO orders SELECT g, 'new', 1 FROM generate_series(1, 99999) AS g;
                ALTER TABLE orders ENABLE TRIGGER USER;
                TRUNCATE martlet.events;
                """)
            let calls = try await store.calls(of: "dispatch_rows", in: "UPDATE orders SET status = 'paid';")
            #expect(calls == "100")
            #expect(
                try await store.value(
                    """
                    SELECT count(DISTINCT payload ->> 'id') || ' ' || count(*) FROM martlet.events
                    WHERE payload ->> 'status' = 'paid'
                    """) == "100000 100000")
        }
    }

    @Test func `large rows go a few at a time, and one of more than 1 MiB is refused`() async throws {
        try await withStore { store in
            try await store.watchOrders()
            let insert = "INSERT INTO orders SELECT g, repeat('x', 1000000), 1 FROM generate_series(1, 10) AS g;"
            #expect(try await store.calls(of: "dispatch_rows", in: insert) == "2")
            let state = try await refusal {
                try await store.run("INSERT INTO orders VALUES (11, repeat('x', 1048576), 1)")
            }
            #expect(state == .invalidParameterValue)
        }
    }

    @Test func `rollback sends nothing, nor does a savepoint that is rolled back`() async throws {
        try await withStore { store in
            try await store.watchOrders()
            try await store.run("BEGIN; INSERT INTO orders VALUES (1, 'new', 1); ROLLBACK")
            try await store.run(
                """
                BEGIN; INSERT INTO orders VALUES (1, 'new', 1); SAVEPOINT s; DELETE FROM orders;
                ROLLBACK TO s; COMMIT
                """)
            #expect(try await store.emitted() == [#"created {"id":1,"status":"new","total":1}"#])
        }
    }

    @Test func `an upsert emits what it did, a cascade too, TRUNCATE nothing`() async throws {
        try await withStore { store in
            try await store.watchOrders()
            try await store.run(
                """
                CREATE TABLE public.lines (id int, order_id int REFERENCES orders ON DELETE CASCADE);
                SELECT martlet.watch('lines');
                INSERT INTO orders VALUES (1, 'new', 1);
                INSERT INTO orders VALUES (1, 'x', 1), (2, 'x', 1) ON CONFLICT (id) DO UPDATE SET status = 'again';
                INSERT INTO lines VALUES (7, 1);
                DELETE FROM orders WHERE id = 1;
                TRUNCATE orders, lines;
                """)
            #expect(
                try await Set(store.emitted()) == [
                    #"created {"id":1,"status":"new","total":1}"#, #"created {"id":2,"status":"x","total":1}"#,
                    #"updated {"id":1,"status":"again","total":1}"#, #"item.lines.created {"id":7,"order_id":1}"#,
                    #"deleted {"id":1,"status":"again","total":1}"#, #"item.lines.deleted {"id":7,"order_id":1}"#,
                ])
        }
    }

    @Test func `the filter drops sensitive columns and members`() async throws {
        try await withStore { store in
            try await store.run(
                """
                CREATE TABLE public.orders (id int, "API_Key" text, more jsonb);
                SELECT martlet.watch('orders');
                INSERT INTO orders VALUES (1, 'abc', '{"token": 1, "a": 2}');
                UPDATE orders SET more = '{"b": 3}';
                ALTER TABLE orders ADD COLUMN iban text DEFAULT 'DE1', ADD COLUMN salted int DEFAULT 1;
                """)
            _ = try await SensitiveKeywordStore(store.database).add(["iban"])
            try await store.run("DELETE FROM orders")
            #expect(
                try await store.emitted() == [
                    #"created {"id":1,"more":{"a": 2}}"#, #"updated {"id":1,"more":{"b": 3}}"#,
                    #"deleted {"id":1,"more":{"b": 3}}"#,
                ])
        }
    }

    @Test func `of rows without members in their values the names decide, not what the texts say`() async throws {
        try await withStore { store in
            try await store.run(
                """
                CREATE TABLE public.orders (id int, note text, tags text[]);
                SELECT martlet.watch('orders');
                INSERT INTO orders VALUES (1, 'the "password": x', '{key}'), (2, '{"token": 1}', '{}');
                ALTER TABLE orders ADD COLUMN token text DEFAULT 't';
                UPDATE orders SET note = '' WHERE id = 1;
                ALTER TABLE orders RENAME COLUMN token TO iban;
                """)
            _ = try await SensitiveKeywordStore(store.database).add(["iban"])
            try await store.run("DELETE FROM orders WHERE id = 2")
            #expect(
                try await store.emitted() == [
                    #"created {"id":1,"note":"the \"password\": x","tags":["key"]}"#,
                    #"created {"id":2,"note":"{\"token\": 1}","tags":[]}"#,
                    #"updated {"id":1,"note":"","tags":["key"]}"#,
                    #"deleted {"id":2,"note":"{\"token\": 1}","tags":[]}"#,
                ])
        }
    }

    @Test func `members in JSON, in rows and in arrays of rows are filtered, whatever the first row holds`()
        async throws
    {
        try await withStore { store in
            try await store.run(
                """
                CREATE TYPE public.login AS (name text, password text);
                CREATE TABLE public.orders (id int, more json, by login, others login[]);
                SELECT martlet.watch('orders');
                INSERT INTO orders VALUES
                    (1, NULL, NULL, NULL),
                    (2, '{"a": {"API_KEY": 1}}', NULL, NULL),
                    (3, NULL, ('ann', 'x'), NULL),
                    (4, NULL, NULL, ARRAY[('ann', 'x')::login]);
                """)
            #expect(
                try await store.emitted() == [
                    #"created {"id":1,"more":null,"by":null,"others":null}"#,
                    #"created {"id":2,"more":{"a": {}},"by":null,"others":null}"#,
                    #"created {"id":3,"more":null,"by":{"name":"ann"},"others":null}"#,
                    #"created {"id":4,"more":null,"by":null,"others":[{"name":"ann"}]}"#,
                ])
        }
    }

    @Test func `arrays without members may be too deep as well`() async throws {
        try await withStore { store in
            try await store.run("CREATE TABLE public.orders (more json); SELECT martlet.watch('orders')")
            try await store.run("INSERT INTO orders SELECT (repeat('[', 511) || repeat(']', 511))::json")
            let state = try await refusal {
                try await store.run("INSERT INTO orders SELECT (repeat('[', 512) || repeat(']', 512))::json")
            }
            #expect(state == .invalidParameterValue)
        }
    }

    @Test func `times are UTC, whoever writes`() async throws {
        try await withStore { store in
            try await store.run(
                """
                CREATE TABLE public.orders (at timestamptz);
                SELECT martlet.watch('orders');
                SET TimeZone = 'Europe/Berlin';
                INSERT INTO orders VALUES ('2026-01-02 03:04:05Z');
                RESET TimeZone;
                """)
            #expect(try await store.emitted() == [#"created {"at":"2026-01-02T03:04:05+00:00"}"#])
        }
    }

    @Test func `the event types are registered, and go to the tenant that is given`() async throws {
        try await withStore { store in
            try await store.watchOrders("tenant => 'acme'")
            try await store.run("INSERT INTO orders VALUES (1, 'new', 1)")
            #expect(try await store.value("SELECT tenant FROM martlet.events") == "acme")
            #expect(
                try await store.rows(
                    """
                    SELECT concat_ws(' ', plugin, event_name, event_type, content_table) FROM martlet.webhook_events
                    WHERE plugin = 'watch' ORDER BY 1
                    """) == [
                        "watch item.orders.created auto orders", "watch item.orders.deleted auto orders",
                        "watch item.orders.updated auto orders",
                    ])
        }
    }

    @Test func `unwatch ends it and leaves nothing behind`() async throws {
        try await withStore { store in
            try await store.watchOrders()
            #expect(try await store.value("SELECT martlet.unwatch('orders')::text") == "true")
            #expect(try await store.value("SELECT martlet.unwatch('orders')::text") == "false")
            try await store.run("INSERT INTO orders VALUES (1, 'new', 1)")
            #expect(try await store.countEvents() == "0")
            let functions = try await store.value(
                "SELECT count(*)::text FROM pg_proc WHERE proname LIKE 'martlet\\_watch%'")
            #expect(functions == "0")
        }
    }
}
