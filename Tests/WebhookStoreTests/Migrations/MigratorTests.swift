import Postgres
import TestSupport
import Testing
import WebhookCore
import WebhookStore

struct MigratorTests {
    /// Every migration of `sql/migrations`, in order.
    private static let migrations = try? Repository.files(in: "sql/migrations").map { "migrations/\($0)" }

    @Test func `an empty database gets every migration, the functions and the partitions`() async throws {
        try await withDatabase { url in
            try await withClient(url) { database in
                let report = try await Migrator(database).run()
                #expect(report.applied == Self.migrations)
                #expect(report.version == Int32(report.applied.count))
                #expect(report.replacedFunctions)
                #expect(try await Migrator(database).schemaAge() == .current)
                let id = try await DispatchInSQL.ping.run(on: database)
                #expect(id.rawValue > 0)
            }
        }
    }

    @Test func `a second run applies nothing`() async throws {
        try await withStore { store in
            let report = try await Migrator(store.database).run()
            #expect(report.applied.isEmpty)
            #expect(!report.replacedFunctions)
            #expect(Int(report.version) == Self.migrations?.count)
        }
    }

    @Test(arguments: [2, 5])
    func `runs at the same time do it once`(count: Int) async throws {
        try await withDatabase { url in
            let reports = try await withThrowingTaskGroup { group in
                for _ in 0..<count {
                    group.addTask { try await withClient(url) { try await Migrator($0).run() } }
                }
                return try await group.reduce(into: [Migrator.Report]()) { $0.append($1) }
            }
            #expect(reports.flatMap(\.applied) == Self.migrations)
            #expect(reports.count(where: \.replacedFunctions) == 1)
            #expect(try await SchemaDump.text(of: url) == SchemaDump.file())
        }
    }

    /// Each is something that a run makes, and stands in its way while somebody else is making it.
    @Test(arguments: [
        ("CREATE TABLE martlet.subscriptions ()", 0),
        ("CREATE TABLE martlet.lanes ()", 1),
        ("CREATE FUNCTION martlet.give_back(int, bigint[]) RETURNS void LANGUAGE sql AS ''", .max),
    ])
    func `a run that is killed half-way leaves whole steps behind and can be run again`(
        obstacle: String, stepsBefore: Int
    ) async throws {
        try await withDatabase { url in
            try await withClient(url) { database in
                try await database.withSession { try await $0.script("CREATE SCHEMA martlet; \(Query.function)") }
                try await Self.killRun(on: database, url: url, stuckAt: obstacle)

                let left = try await database.execute(
                    Query("SELECT name FROM martlet.schema_migrations ORDER BY version"))
                #expect(left == Array(try #require(Self.migrations).prefix(stepsBefore)))

                let report = try await Migrator(database).run()
                #expect(report.applied == Array(try #require(Self.migrations).dropFirst(stepsBefore)))
                #expect(try await SchemaDump.text(of: url) == SchemaDump.file())
            }
        }
    }

    /// Starts a run, waits until it stands behind `obstacle`, and ends its backend there.
    private static func killRun(on database: PostgresClient, url: String, stuckAt obstacle: String) async throws {
        try await database.withSession { blocker in
            try await blocker.script("BEGIN; \(obstacle);")
            let run = Task { try await withClient(url) { try await Migrator($0).run() } }
            let backend = try await blocker.waitUntilItBlocksSomebody()
            _ = try await database.execute(
                Query("SELECT pg_terminate_backend(\(backend))::text"))
            await #expect(throws: PostgresError.self) { try await run.value }
            try await blocker.script("ROLLBACK")
        }
    }

    @Test func `what waits in a database of the first release is delivered by this one`() async throws {
        try await withDatabase { url in
            try await withClient(url) { database in
                try await database.withSession { session in
                    try await session.script("CREATE SCHEMA martlet; \(Query.function)")
                    for name in Array(try #require(Self.migrations).prefix(2)) {
                        try await session.script(try Repository.text("sql/\(name)"))
                    }
                    // As the migrator notes them down.
                    try await session.script(
                        """
                        CREATE TABLE martlet.schema_migrations (
                            version int NOT NULL, name text NOT NULL, checksum text NOT NULL,
                            applied_at timestamptz NOT NULL DEFAULT now(),
                            CONSTRAINT schema_migrations_pkey PRIMARY KEY (version));
                        INSERT INTO martlet.schema_migrations (version, name, checksum) VALUES (1, '1', ''), (2, '2', '');
                        INSERT INTO martlet.subscriptions (name, url, events, secret) VALUES ('a', 'https://a.example', '{*}', '');
                        CREATE TABLE martlet.all_events PARTITION OF martlet.events FOR VALUES FROM (0) TO (100);
                        INSERT INTO martlet.events (id, tenant, event_name, payload) VALUES (1, 'default', 'order.created', '1');
                        INSERT INTO martlet.pending (id, event_id, subscription_id, tenant) VALUES (2, 1, 1, 'default');
                        INSERT INTO martlet.waiting (id, event_id, next_retry_at, subscription_id, tenant)
                        VALUES (3, 1, now(), 1, 'default');
                        INSERT INTO martlet.lanes (subscription_id, due_at, tenant) VALUES (1, now(), 'default')
                        """)
                }
                let report = try await Migrator(database).run()
                #expect(report.applied == Array(try #require(Self.migrations).dropFirst(2)))
                let worker = WorkerID(rawValue: 1)
                let fast = try await database.execute(
                    ClaimPending(worker: worker, limit: 10, above: 0, lease: .seconds(60)))
                let lane = try await database.execute(
                    ClaimLanes(worker: worker, lanes: 10, limit: 10, lease: .seconds(60)))
                #expect(fast.map(\.id.rawValue) == [2])
                #expect(lane.map(\.id.rawValue) == [3])
                #expect(lane.allSatisfy { $0.wait == .zero && $0.orderKey == nil })
                let settings = try await database.execute(
                    Query("SELECT concat(ordering, rate_limit, rate_burst) FROM martlet.webhook_subscriptions"))
                #expect(settings == ["none"])
            }
        }
    }

    @Test func `no step takes away what running workers call before the functions come that replace it`() async throws {
        try await withStore { store in
            try await store.run("DELETE FROM martlet.schema_migrations WHERE version >= 8")
            let report = try await Migrator(store.database).run()
            #expect(!report.applied.isEmpty && !report.replacedFunctions)
            #expect(try await SchemaDump.text(of: store.url) == SchemaDump.file())
        }
    }

    @Test func `a database that a newer release has migrated is refused and stays as it is`() async throws {
        try await withStore { store in
            try await store.run(
                "INSERT INTO martlet.schema_migrations (version, name, checksum) VALUES (9999, 'newer', 'x')")
            let known = Int32(try #require(Self.migrations).count)
            await #expect(throws: MigrationError.databaseIsNewer(database: 9999, binary: known)) {
                try await Migrator(store.database).run()
            }
            #expect(try await Migrator(store.database).schemaAge() == .newer)
        }
    }

    @Test func `a database whose last migration is missing is not current`() async throws {
        try await withStore { store in
            try await store.run(
                "DELETE FROM martlet.schema_migrations WHERE version = (SELECT max(version) FROM martlet.schema_migrations)"
            )
            #expect(try await Migrator(store.database).schemaAge() == .older)
        }
    }

    @Test func `a database without the schema is an older one`() async throws {
        try await withDatabase { url in
            let age = try await withClient(url) { try await Migrator($0).schemaAge() }
            #expect(age == .older)
        }
    }

    @Test func `functions that gave way to others are known to be older, until they come back`() async throws {
        try await withStore { store in
            let migrator = Migrator(store.database)
            let history = "SELECT concat_ws(' ', version, checksum) FROM martlet.schema_migrations WHERE version < 0"
            try await store.run("UPDATE martlet.schema_migrations SET checksum = 'before' WHERE version = 0")
            #expect(try await migrator.schemaAge() == .older)
            _ = try await migrator.run()
            #expect(try await migrator.schemaAge() == .current)
            #expect(try await store.rows(history) == ["-1 before"])

            // As the next release will leave it.
            try await store.run(
                """
                INSERT INTO martlet.schema_migrations (version, name, checksum)
                SELECT -2, name, checksum FROM martlet.schema_migrations WHERE version = 0;
                UPDATE martlet.schema_migrations SET checksum = 'after' WHERE version = 0
                """)
            #expect(try await migrator.schemaAge() == .newer)
            #expect(try await migrator.run().replacedFunctions)
            #expect(try await migrator.schemaAge() == .current)
            #expect(try await store.rows(history) == ["-1 before"])
        }
    }

    @Test func `functions of another release are replaced, and what is stored stays`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe()
            try await store.run(
                """
                UPDATE martlet.schema_migrations SET checksum = 'another release' WHERE version = 0;
                INSERT INTO martlet.sensitive_keywords (keyword) VALUES ('iban');
                """)
            #expect(try await Migrator(store.database).schemaAge() == .older)

            let report = try await Migrator(store.database).run()
            #expect(report.applied.isEmpty)
            #expect(report.replacedFunctions)
            #expect(try await Migrator(store.database).schemaAge() == .current)
            #expect(try await SchemaDump.text(of: store.url) == SchemaDump.file())

            try await store.dispatch("order.created", #"{"iban":1,"id":2}"#)
            let delivery = try #require(try await store.claim().first)
            #expect(delivery.subscriptionID == subscription.id)
            #expect(delivery.data == Array(#"{"id":2}"#.utf8))
        }
    }

    @Test func `the owner of a database migrates it without being a superuser`() async throws {
        // Where no migration has made the roles yet, their absence is told and does not stop it.
        try await withDedicatedServer { server in
            let administrator = server.url()
            try await withClient(administrator) { database in
                try await database.withSession { session in
                    try await session.script("CREATE ROLE application LOGIN NOCREATEROLE NOCREATEDB NOSUPERUSER")
                    try await session.script("CREATE DATABASE application OWNER application")
                }
            }
            try await withClient(server.url(database: "application"), role: "application") { database in
                let report = try await Migrator(database).run()
                #expect(report.applied == Self.migrations)
                #expect(try await Migrator(database).schemaAge() == .current)
                _ = try await DispatchInSQL.ping.run(on: database)
                try await database.withSession { try await $0.script(Query.function) }
                let roles = try await database.execute(
                    Query("SELECT rolname::text FROM pg_roles WHERE rolname LIKE 'martlet%'"))
                #expect(roles.isEmpty)
            }
        }
    }
}

extension DispatchInSQL {
    static let ping = DispatchInSQL(
        name: .init(stored: "webhook.ping"), data: Array("{}".utf8), idempotencyKey: nil, tenant: "default")
}
