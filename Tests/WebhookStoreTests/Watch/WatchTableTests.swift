import Postgres
import Testing

struct WatchTableTests {
    @Test func `a partitioned table emits through itself, also for rows that move`() async throws {
        try await withStore { store in
            try await Self.makePartitioned(in: store, options: ", columns => '{id, status}'")
            try await store.run(
                """
                INSERT INTO orders VALUES (1, 'a', 'x'), (11, 'a', 'x');
                UPDATE orders SET id = id + 10, status = 'b' WHERE id = 1;
                UPDATE orders SET note = 'y';
                DELETE FROM orders WHERE id = 11 AND status = 'a';
                """)
            #expect(
                try await store.emitted() == [
                    #"created {"id":1,"status":"a"}"#, #"created {"id":11,"status":"a"}"#,
                    #"updated {"id":11,"status":"b"}"#, #"deleted {"id":11,"status":"a"}"#,
                ])
        }
    }

    @Test func `a statement on a partition is seen by who watches the partition`() async throws {
        try await withStore { store in
            try await Self.makePartitioned(in: store, options: "")
            try await store.run(
                """
                INSERT INTO orders_low VALUES (1, 'a', 'x');
                SELECT martlet.watch('orders_low', name => 'orders');
                INSERT INTO orders_low VALUES (2, 'a', 'x');
                INSERT INTO orders VALUES (3, 'a', 'x');
                """)
            #expect(
                try await store.emitted() == [
                    #"created {"id":2,"status":"a","note":"x"}"#, #"created {"id":3,"status":"a","note":"x"}"#,
                ])
        }
    }

    @Test func `where a trigger drops a row that moves, no other is taken for it`() async throws {
        try await withStore { store in
            try await Self.makePartitioned(in: store, options: ", columns => '{status}'")
            try await store.run(
                """
                CREATE FUNCTION public.drop_it() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
                INSERT INTO orders VALUES (1, 'b', 'x'), (2, 'a', 'x'), (3, 'b', 'x');
                CREATE TRIGGER drop_it BEFORE INSERT ON orders_high FOR EACH ROW EXECUTE FUNCTION drop_it();
                TRUNCATE martlet.events;
                UPDATE orders SET id = CASE id WHEN 1 THEN 11 ELSE id END, status = 'b';
                """)
            #expect(try await store.emitted().contains(#"updated {"status":"b"}"#))
        }
    }

    private static func makePartitioned(in store: TestStore, options: String) async throws {
        try await store.run(
            """
            CREATE TABLE public.orders (id int, status text, note text) PARTITION BY RANGE (id);
            CREATE TABLE public.orders_low PARTITION OF orders FOR VALUES FROM (0) TO (10);
            CREATE TABLE public.orders_high PARTITION OF orders FOR VALUES FROM (10) TO (100);
            SELECT martlet.watch('orders'\(options));
            """)
    }

    @Test func `a renamed table keeps the names of its events, until it is given another`() async throws {
        try await withStore { store in
            try await store.watchOrders()
            try await store.run(
                """
                CREATE SCHEMA shop;
                ALTER TABLE orders RENAME TO purchases;
                ALTER TABLE purchases SET SCHEMA shop;
                INSERT INTO shop.purchases VALUES (1, 'a', 1);
                SELECT martlet.watch('shop.purchases', columns => '{id}');
                INSERT INTO shop.purchases VALUES (2, 'a', 1);
                SELECT martlet.watch('shop.purchases', columns => '{id}', name => 'purchases');
                INSERT INTO shop.purchases VALUES (3, 'a', 1);
                """)
            #expect(
                try await store.emitted() == [
                    #"created {"id":1,"status":"a","total":1}"#, #"created {"id":2}"#,
                    #"item.purchases.created {"id":3}"#,
                ])
            // A new table of the old name is another table.
            try await store.run(
                "CREATE TABLE orders (id int); SELECT martlet.watch('orders'); INSERT INTO shop.purchases VALUES (4, '', 1)"
            )
            #expect(try await store.emitted().last == #"item.purchases.created {"id":4}"#)
        }
    }

    @Test func `columns that come and go are in the data and are not`() async throws {
        try await withStore { store in
            try await store.watchOrders()
            try await store.run(
                """
                INSERT INTO orders VALUES (1, 'a', 1);
                ALTER TABLE orders DROP COLUMN status, ADD COLUMN note text;
                INSERT INTO orders VALUES (2, 1, 'n');
                """)
            #expect(
                try await store.emitted() == [
                    #"created {"id":1,"status":"a","total":1}"#, #"created {"id":2,"total":1,"note":"n"}"#,
                ])
        }
    }

    @Test func `a name that no event can have needs another`() async throws {
        try await withStore { store in
            try await store.run(#"CREATE SCHEMA "my shop"; CREATE TABLE "my shop"."Order ""Items""" ("The Id" int)"#)
            let table = #"'"my shop"."Order ""Items"""'"#
            let state = try await refusal { try await store.run("SELECT martlet.watch(\(table))") }
            #expect(state == .invalidParameterValue)
            try await store.run(
                #"""
                SELECT martlet.watch(\#(table), name => 'orders', columns => '{The Id}', condition => 'NEW."The Id" > 1');
                INSERT INTO "my shop"."Order ""Items""" VALUES (1), (2);
                """#)
            #expect(try await store.emitted() == [#"created {"The Id":2}"#])
        }
    }

    private static let unwatchable = [
        "public.some_view", "public.some_matview", "public.some_sequence", "some_temporary", "pg_catalog.pg_class",
        "information_schema.sql_features", "martlet.subscriptions", "martlet.webhook_queue", "public.some_index",
        "public.some_foreign_table",
    ]

    @Test func `only tables of applications can be watched`() async throws {
        try await withStore { store in
            try await store.database.withSession { session in
                try await session.script(
                    """
                    CREATE TABLE public.some_table (id int); CREATE INDEX some_index ON some_table (id);
                    CREATE VIEW public.some_view AS SELECT 1; CREATE MATERIALIZED VIEW public.some_matview AS SELECT 1;
                    CREATE SEQUENCE public.some_sequence; CREATE TEMPORARY TABLE some_temporary (id int);
                    CREATE FOREIGN DATA WRAPPER elsewhere; CREATE SERVER elsewhere FOREIGN DATA WRAPPER elsewhere;
                    CREATE FOREIGN TABLE public.some_foreign_table (id int) SERVER elsewhere;
                    """)
                for table in Self.unwatchable {
                    let state = try await refusal { try await session.script("SELECT martlet.watch('\(table)')") }
                    #expect(state == "42809", "\(table)")
                }
            }
            let missing = try await refusal { try await store.run("SELECT martlet.watch('public.nothing')") }
            #expect(missing == .undefinedTable)
        }
    }
}
