import GatewayCrypto
import Postgres
import Testing
import WebhookCore
import WebhookStore

struct PushStoreTests {
    /// A table with a secret, as it would be known to a server.
    private static func make(
        in store: TestStore, rows: [TableRow] = []
    ) async throws -> (id: TableID, pushes: PushStore, secret: KnownSecret) {
        let table = try await TableStore(store.database).create(
            title: "T", name: "prices", base: "prices", isPublic: false, document: TableDocument(rows: rows),
            tenant: "default"
        ).table
        let pushes = try TablePushes(to: table.id, in: store)
        return (table.id, pushes.store, try await pushes.secret())
    }

    private static func push(_ body: String) throws -> TablePush { try TablePush(Array(body.utf8)) }

    @Test func `an append to a table of 100,000 rows writes what it appends`() async throws {
        try await withStore { store in
            let rows = (0..<100_000).map { TableRow(["row \($0)", "3.20"]) }
            let (id, pushes, secret) = try await Self.make(in: store, rows: rows)
            let chunks = "SELECT position || ' ' || xmin FROM martlet.table_rows ORDER BY position"
            let before = try await store.rows(chunks)
            let outcome = try await pushes.store(
                Self.push(#"{"append": [["new", 1]]}"#), to: id, signedWith: secret)
            #expect(outcome == .stored(PushedTable(title: "T", rowCount: 100_001, version: 2, isDuplicate: false)))
            // The last chunk has one row more, or there is one more chunk; no other is another version.
            #expect(try await store.rows(chunks).dropLast(1).starts(with: before.dropLast(1)))
            #expect(
                try await store.value("SELECT right(rows, 11) FROM martlet.table_rows ORDER BY position DESC LIMIT 1")
                    == #"["new","1"]"#)
            // What one more writes, its event included, and pages that are written whole after a checkpoint.
            let plan = try await store.rows(
                """
                EXPLAIN (ANALYZE, WAL, TIMING OFF)
                SELECT pushed.*
                FROM martlet.tables AS target,
                     martlet.push_table(target.id, target.secret, NULL, NULL, true, NULL, NULL, NULL,
                                        ARRAY['["a"]'], '{0}', 1, 1000000, 33554432) AS pushed
                """
            ).compactMap { $0 }.joined(separator: "\n")
            let bytes = try #require(plan.firstRange(of: "WAL: records=")).upperBound
            let written = plan[bytes...].firstRange(of: "bytes=").flatMap { found in
                Int(plan[found.upperBound...].prefix { $0.isNumber })
            }
            #expect(try #require(written) < 150_000)
            #expect(try await store.value("SELECT count(*)::text FROM martlet.events") == "2")
        }
    }

    @Test func `a push with another secret than the table's is not stored`() async throws {
        try await withStore { store in
            let (id, pushes, secret) = try await Self.make(in: store)
            let push = try Self.push(#"{"rows": [["a"]]}"#)
            let another = TableSecret(SecureRandom.text(TableSecret.characterCount))
            _ = try await pushes.setSecret(another, of: id, tenant: "default")
            #expect(try await pushes.store(push, to: id, signedWith: secret) == .secretChanged)
            _ = try await pushes.setSecret(nil, of: id, tenant: "default")
            #expect(try await pushes.store(push, to: id, signedWith: secret) == .secretChanged)
            #expect(try await TableStore(store.database).delete(id, tenant: "default"))
            #expect(try await pushes.store(push, to: id, signedWith: secret) == .unknownTable)
            #expect(try await store.value("SELECT count(*)::text FROM martlet.table_rows") == "0")
        }
    }

    /// The secret is replaced while the push waits for somebody else's.
    @Test func `a rotation that comes before a push is stored voids its signature`() async throws {
        try await withStore { store in
            let (id, pushes, secret) = try await Self.make(in: store)
            let push = try Self.push(#"{"rows": [["a"]]}"#)
            try await store.database.withSession { session in
                try await session.script("BEGIN; UPDATE martlet.tables SET secret = 'x' WHERE id = \(id)")
                async let outcome = pushes.store(push, to: id, signedWith: secret)
                _ = try await session.waitUntilItBlocksSomebody()
                try await session.script("COMMIT")
                #expect(try await outcome == .secretChanged)
            }
        }
    }

    @Test func `a table does not grow beyond its limits`() async throws {
        try await withStore { store in
            let (id, pushes, secret) = try await Self.make(in: store)
            let push = try Self.push(#"{"append": [["a"]], "idempotency_key": "k"}"#)
            for column in ["row_count = \(TableLimits.rowsMax)", "row_bytes = \(TableLimits.rowBytesMax)"] {
                try await store.run("UPDATE martlet.tables SET row_count = 0, row_bytes = 0")
                try await store.run("UPDATE martlet.tables SET \(column)")
                #expect(try await pushes.store(push, to: id, signedWith: secret) == .full)
            }
            #expect(try await store.value("SELECT count(*)::text FROM martlet.push_keys") == "0")
        }
    }

    @Test func `ten thousand rows are appended at once, each with its event`() async throws {
        try await withStore { store in
            let (id, pushes, secret) = try await Self.make(in: store)
            _ = try await store.subscribe(to: ["item.prices.created"])
            let rows = (0..<TableLimits.appendedRowsMax).map { "[\($0)]" }.joined(separator: ",")
            _ = try await pushes.store(Self.push(#"{"append": [\#(rows)]}"#), to: id, signedWith: secret)
            #expect(try await store.value("SELECT count(*)::text FROM martlet.pending") == "10000")
            // In the order of the rows.
            #expect(
                try await store.value(
                    """
                    SELECT bool_and(payload->'row'->>0 = (number - 1)::text)::text
                    FROM (SELECT payload, row_number() OVER (ORDER BY id) AS number FROM martlet.events) AS event
                    """) == "true")
            #expect(throws: (any Error).self) { try Self.push(#"{"append": [\#(rows), []]}"#) }
        }
    }

    @Test func `idempotency keys of pushes stay as long as the retention, and end with their table`() async throws {
        try await withStore { store in
            let (id, pushes, secret) = try await Self.make(in: store)
            for key in ["old", "new"] {
                _ = try await pushes.store(
                    Self.push(#"{"append": [["a"]], "idempotency_key": "\#(key)"}"#), to: id, signedWith: secret)
            }
            try await store.run(
                """
                UPDATE martlet.push_keys SET created_at = now() - interval '31 days' WHERE key = 'old';
                UPDATE martlet.maintenance_clock SET steady_since = now() - interval '2 days', seen_at = now()
                """)
            try await store.maintain()
            #expect(try await store.rows("SELECT key FROM martlet.push_keys") == ["new"])
            #expect(try await TableStore(store.database).delete(id, tenant: "default"))
            #expect(try await store.rows("SELECT key FROM martlet.push_keys").isEmpty)
        }
    }
}
