import Postgres
import Testing

struct WatchOptionTests {
    @Test func `columns are all of the data, and an update that changes none of them emits nothing`() async throws {
        try await withStore { store in
            try await store.run(
                """
                CREATE TABLE public.orders (id int, status text, more json, note text);
                SELECT martlet.watch('orders', columns => '{more, status}');
                INSERT INTO orders VALUES (1, 'new', '[1]', 'a'), (2, 'new', NULL, 'a');
                UPDATE orders SET note = 'b';
                UPDATE orders SET status = 'paid', note = 'c' WHERE id = 1;
                UPDATE orders SET status = 'paid';
                UPDATE orders SET more = '[2]' WHERE id = 1;
                DELETE FROM orders WHERE id = 1;
                """)
            #expect(
                try await store.emitted() == [
                    #"created {"more":[1],"status":"new"}"#, #"created {"more":null,"status":"new"}"#,
                    #"updated {"more":[1],"status":"paid"}"#, #"updated {"more":null,"status":"paid"}"#,
                    #"updated {"more":[2],"status":"paid"}"#, #"deleted {"more":[2],"status":"paid"}"#,
                ])
        }
    }

    @Test func `a condition sees the row before and after`() async throws {
        try await withStore { store in
            try await store.watchOrders("condition => $$NEW.total > 100 AND OLD.total IS DISTINCT FROM NEW.total$$")
            try await store.run(
                """
                INSERT INTO orders VALUES (1, 'a', 50), (2, 'a', 200);
                UPDATE orders SET total = total + 60;
                UPDATE orders SET status = 'b';
                DELETE FROM orders;
                """)
            #expect(
                try await store.emitted() == [
                    #"created {"id":2,"status":"a","total":200}"#, #"updated {"id":1,"status":"a","total":110}"#,
                    #"updated {"id":2,"status":"a","total":260}"#,
                ])
        }
    }

    @Test func `a condition on OLD chooses among deleted rows`() async throws {
        try await withStore { store in
            try await store.watchOrders("condition => $$OLD.status = '100%' -- really$$")
            try await store.run(
                "INSERT INTO orders VALUES (1, '100%', 1), (2, 'x', 1); UPDATE orders SET total = 2; DELETE FROM orders"
            )
            #expect(
                try await store.emitted() == [
                    #"updated {"id":1,"status":"100%","total":2}"#, #"deleted {"id":1,"status":"100%","total":2}"#,
                ])
        }
    }

    @Test func `a condition goes with sensitive columns`() async throws {
        try await withStore { store in
            try await store.run(
                """
                CREATE TABLE public.orders (id int, api_key text);
                SELECT martlet.watch('orders', condition => $$NEW.api_key <> OLD.api_key$$);
                INSERT INTO orders VALUES (1, 'a'), (2, 'b');
                UPDATE orders SET api_key = 'b';
                """)
            #expect(try await store.emitted() == [#"updated {"id":1}"#])
        }
    }

    @Test func `watched again, a table has the new options`() async throws {
        try await withStore { store in
            try await store.watchOrders("columns => '{id}'")
            try await store.run(
                """
                INSERT INTO orders VALUES (1, 'a', 1);
                SELECT martlet.watch('orders', columns => '{status}', condition => 'NEW.id > 2');
                INSERT INTO orders VALUES (2, 'b', 1), (3, 'c', 1);
                SELECT martlet.watch('orders');
                INSERT INTO orders VALUES (4, 'd', 1);
                """)
            #expect(
                try await store.emitted() == [
                    #"created {"id":1}"#, #"created {"status":"c"}"#, #"created {"id":4,"status":"d","total":1}"#,
                ])
        }
    }

    private static let refused = [
        "columns => '{}'", "columns => '{id, nothing}'", "columns => '{id, id}'", "columns => '{id, NULL}'",
        "columns => '{password_hash}'", "condition => ''", "condition => 'NEW.total >'", "condition => 'total > 3'",
        "condition => 'NEW.total'", "condition => 'count(*) > 1'",
        "condition => 'true); DROP TABLE orders; SELECT (true'", "tenant => 'a b'", "tenant => NULL",
        "name => 'a b'", "name => ''", "name => repeat('x', 116)",
    ]

    @Test func `options that cannot work are refused`() async throws {
        try await withStore { store in
            try await store.run("CREATE TABLE public.orders (id int, total int, password_hash text)")
            for options in Self.refused {
                let state = try await refusal { try await store.run("SELECT martlet.watch('orders', \(options))") }
                #expect(state == .invalidParameterValue, "\(options)")
            }
            #expect(
                try await store.value(
                    "SELECT count(*)::text FROM pg_trigger WHERE NOT tgisinternal AND tgrelid = 'orders'::regclass")
                    == "0")
        }
    }
}
