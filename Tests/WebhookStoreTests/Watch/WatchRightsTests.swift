import Postgres
import TestSupport
import Testing

/// Who may have a table watched, who may write it, and with whose rights anything runs.
struct WatchRightsTests {
    /// A table of a role of its own, and one more role.
    private struct Stage {
        let store: TestStore
        let owner: String
        let other: String
        let schema: String
    }

    /// Roles belong to the whole server: these go with the test.
    private func withStage(publishes: Bool = true, _ body: (Stage) async throws -> Void) async throws {
        try await withStore { store in
            let suffix = RandomName.make(8)
            let stage = Stage(
                store: store, owner: "martlet_owner_\(suffix)", other: "martlet_other_\(suffix)", schema: "app")
            try await store.run(
                """
                CREATE ROLE \(stage.owner); CREATE ROLE \(stage.other);
                CREATE SCHEMA app AUTHORIZATION \(stage.owner);
                \(publishes ? "GRANT martlet_publisher TO \(stage.owner);" : "")
                GRANT USAGE, CREATE ON SCHEMA app TO \(stage.other);
                SET ROLE \(stage.owner);
                CREATE TABLE app.orders (id int, status text);
                GRANT ALL ON app.orders TO \(stage.other);
                RESET ROLE;
                """)
            let result: Result<Void, any Error>
            do {
                result = .success(try await body(stage))
            } catch {
                result = .failure(error)
            }
            try await store.run(
                "DROP OWNED BY \(stage.owner), \(stage.other) CASCADE; DROP ROLE \(stage.owner), \(stage.other)")
            try result.get()
        }
    }

    private func run(_ script: String, as role: String, in store: TestStore) async throws {
        try await withClient(store.url, role: role) { client in
            try await client.withSession { try await $0.script(script) }
        }
    }

    @Test func `a role without any right of the gateway's writes a watched table`() async throws {
        try await withStage { stage in
            try await run("SELECT martlet.watch('app.orders')", as: stage.owner, in: stage.store)
            try await run(
                "INSERT INTO app.orders VALUES (1, 'a'); UPDATE app.orders SET id = 2; DELETE FROM app.orders",
                as: stage.other, in: stage.store)
            #expect(try await stage.store.countEvents() == "3")
            let state = try await refusal {
                try await run("SELECT martlet.dispatch('a', '1')", as: stage.other, in: stage.store)
            }
            #expect(state == .insufficientPrivilege)
        }
    }

    @Test(arguments: ["", ", condition => 'app.spy(NEW.id)'"])
    func `what a table brings along runs with its owner's rights, not the gateway's nor the writer's`(
        options: String
    ) async throws {
        try await withStage { stage in
            // A function in the condition, and one behind the cast that turns a value into JSON.
            try await run(
                """
                CREATE TABLE app.seen (who text);
                CREATE FUNCTION app.spy(id int) RETURNS boolean LANGUAGE plpgsql AS
                    $$ BEGIN INSERT INTO app.seen VALUES (current_user); RETURN true; END $$;
                CREATE TYPE app.mood AS ENUM ('good');
                CREATE FUNCTION app.mood_json(mood app.mood) RETURNS json LANGUAGE plpgsql AS
                    $$ BEGIN INSERT INTO app.seen VALUES (current_user); RETURN '1'; END $$;
                CREATE CAST (app.mood AS json) WITH FUNCTION app.mood_json(app.mood);
                ALTER TABLE app.orders ADD COLUMN mood app.mood DEFAULT 'good';
                """, as: stage.owner, in: stage.store)
            // An operator with all rights has it watched.
            try await stage.store.run("SELECT martlet.watch('app.orders'\(options))")
            try await run("INSERT INTO app.orders VALUES (1, 'a')", as: stage.other, in: stage.store)
            try await stage.store.run("INSERT INTO app.orders VALUES (2, 'a')")
            #expect(try await stage.store.rows("SELECT DISTINCT who FROM app.seen") == [stage.owner])
            #expect(try await stage.store.countEvents() == "2")
        }
    }

    @Test func `nobody else can put the trigger's function on a table`() async throws {
        try await withStage { stage in
            try await run("SELECT martlet.watch('app.orders')", as: stage.owner, in: stage.store)
            let function = try #require(
                try await stage.store.value(
                    "SELECT oid::regproc::text FROM pg_proc WHERE proname LIKE 'martlet\\_watch%'"))
            let state = try await refusal {
                try await run(
                    """
                    CREATE TABLE app.mine (id int);
                    CREATE TRIGGER mine AFTER INSERT ON app.mine REFERENCING NEW TABLE AS new_rows
                        FOR EACH STATEMENT EXECUTE FUNCTION \(function)('page');
                    """, as: stage.other, in: stage.store)
            }
            #expect(state == .insufficientPrivilege)
        }
    }

    @Test func `only the owner has a table watched or unwatched`() async throws {
        try await withStage { stage in
            try await stage.store.run("GRANT martlet_publisher TO \(stage.other)")
            for call in ["watch", "unwatch"] {
                try await stage.store.run("SELECT martlet.watch('app.orders')")
                let state = try await refusal {
                    try await run("SELECT martlet.\(call)('app.orders')", as: stage.other, in: stage.store)
                }
                #expect(state == .insufficientPrivilege, "\(call)")
            }
        }
    }

    @Test func `a trigger under the name of ours makes nobody drop the function of another`() async throws {
        try await withStage { stage in
            let store = stage.store
            try await run(
                "CREATE FUNCTION app.audit() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
                as: stage.other, in: store)
            try await run(
                """
                CREATE TRIGGER martlet_watch_created AFTER INSERT ON app.orders
                    FOR EACH STATEMENT EXECUTE FUNCTION app.audit()
                """, as: stage.owner, in: store)
            try await store.run("SELECT martlet.unwatch('app.orders'); SELECT martlet.watch('app.orders')")
            #expect(try await store.value("SELECT to_regproc('app.audit')::text") == "app.audit")
        }
    }

    @Test func `the owner has to be a publisher and to create functions`() async throws {
        try await withStage(publishes: false) { stage in
            #expect(try await watchRefusal(in: stage.store) == .insufficientPrivilege)
            try await stage.store.run(
                "GRANT martlet_publisher TO \(stage.owner); ALTER SCHEMA app OWNER TO CURRENT_USER")
            #expect(try await watchRefusal(in: stage.store) == .insufficientPrivilege)
            try await stage.store.run("GRANT ALL ON SCHEMA app TO \(stage.owner)")
            #expect(try await watchRefusal(in: stage.store) == nil)
        }
    }

    private func watchRefusal(in store: TestStore) async throws -> SQLState? {
        try await refusal { try await store.run("SELECT martlet.watch('app.orders')") }
    }

    @Test func `a new owner watches again, and it is theirs`() async throws {
        try await withStage { stage in
            let store = stage.store
            try await store.run(
                """
                SELECT martlet.watch('app.orders', name => 'purchases');
                GRANT martlet_publisher TO \(stage.other);
                ALTER TABLE app.orders OWNER TO \(stage.other);
                INSERT INTO app.orders VALUES (1, 'a');
                SELECT martlet.watch('app.orders', columns => '{id}');
                INSERT INTO app.orders VALUES (2, 'a');
                """)
            #expect(
                try await store.emitted("item.purchases.") == [#"created {"id":1,"status":"a"}"#, #"created {"id":2}"#])
            #expect(
                try await store.rows(
                    "SELECT proowner::regrole::text FROM pg_proc WHERE proname LIKE 'martlet\\_watch%'")
                    == [stage.other])
            // The caller is who it was.
            #expect(try await store.value("SELECT (current_user = session_user)::text") == "true")
        }
    }
}
