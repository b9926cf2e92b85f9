import Postgres
import Testing
import WebhookCore
import WebhookStore

struct TableStoreTests {
    static let document = TableDocument(
        headers: ["Product", "Price"],
        rows: [TableRow(["Tea", "3.20"]), TableRow([]), TableRow([#"a "b" \c {d},"#, "", "null"])],
        settings: Array(#"{"striped": true, "n": 19.90}"#.utf8), formatting: Array("[]".utf8))

    @Test func `a table is read as it was made`() async throws {
        try await withStore { store in
            let tables = TableStore(store.database)
            let made = try await tables.create(
                title: "Price list", name: nil, base: "price_list", isPublic: true, document: Self.document,
                tenant: "default")
            #expect(made.title == "Price list")
            #expect(made.name == "price_list")
            #expect(made.isPublic)
            #expect(made.version == 1)
            #expect(made.rowCount == 3)
            #expect(!made.acceptsPushes)
            #expect(String(decoding: made.headers, as: UTF8.self) == #"["Product","Price"]"#)
            #expect(made.settings == Self.document.settings)
            #expect(made.formatting == Self.document.formatting)

            #expect(try await tables.find(made.id, tenant: "default") == made)
            #expect(try await tables.find(made.id, tenant: nil) == made)
            #expect(try await tables.find(made.id, tenant: "other") == nil)
            let listed = try await tables.list(tenant: "default", after: nil, limit: 10)
            #expect(listed.map(\.id) == [made.id])
            #expect(listed.map(\.title) == ["Price list"])
            #expect(listed.map(\.rowCount) == [3])
            // Its document may be large, and a list shows none.
            #expect(listed.map(\.headers) == [Array("[]".utf8)])
            #expect(try await tables.list(tenant: "default", after: made.id, limit: 10).isEmpty)
            let whole = try #require(try await tables.document(made.id, tenant: "default"))
            #expect(whole.table == made)
            #expect(
                String(decoding: whole.rows, as: UTF8.self)
                    == #"[["Tea","3.20"],[],["a \"b\" \\c {d},","","null"]]"#)
        }
    }

    @Test func `a name is taken once in a tenant, and one made of the title gives way`() async throws {
        try await withStore { store in
            let tables = TableStore(store.database)
            func make(_ name: String?, tenant: String = "default") async throws -> StoredTable {
                try await tables.create(
                    title: "T", name: name, base: "prices", isPublic: false, document: TableDocument(), tenant: tenant)
            }
            let first = try await make(nil)
            let second = try await make(nil)
            #expect(first.name == "prices")
            #expect(second.name == "prices_\(second.id)")
            #expect(try await refusal { _ = try await make("prices") } == .uniqueViolation)
            #expect(try await make("prices", tenant: "other").name == "prices")
        }
    }

    @Test func `a table registers its three event types`() async throws {
        try await withStore { store in
            _ = try await TableStore(store.database).create(
                title: "T", name: "prices", base: "prices", isPublic: false, document: TableDocument(),
                tenant: "default")
            #expect(
                try await store.rows(
                    """
                    SELECT concat_ws('|', event_name, event_type, content_table)
                    FROM martlet.webhook_events WHERE plugin = 'tables' ORDER BY 1
                    """) == [
                        "item.prices.created|auto|prices", "item.prices.deleted|auto|prices",
                        "item.prices.updated|auto|prices",
                    ])
        }
    }

    @Test(arguments: [false, true])
    func `a change that waited for a push is compared with what the push left`(isDeletion: Bool) async throws {
        try await withStore { store in
            let tables = TableStore(store.database)
            let id = try await tables.create(
                title: "T", name: "prices", base: "prices", isPublic: false, document: TableDocument(),
                tenant: "default"
            ).id
            let changes = try TableChanges(Array(#"{"title": "mine"}"#.utf8))
            let expected = ExpectedTable(version: 1)
            let state = try await store.database.withSession { push in
                // As push_table takes the row and writes its next version.
                try await push.script("BEGIN; UPDATE martlet.tables SET title = 'pushed', version = version + 1")
                async let state = refusal {
                    if isDeletion {
                        _ = try await tables.delete(id, expecting: expected, tenant: "default")
                    } else {
                        _ = try await tables.change(id, changes, expecting: expected, tenant: "default")
                    }
                }
                _ = try await push.waitUntilItBlocksSomebody()
                try await push.script("COMMIT")
                return try await state
            }
            #expect(state == .objectNotInPrerequisiteState)
            #expect(try await tables.find(id, tenant: "default")?.title == "pushed")
            #expect(try await store.value("SELECT count(*)::text FROM martlet.events") == "0")
        }
    }
}
