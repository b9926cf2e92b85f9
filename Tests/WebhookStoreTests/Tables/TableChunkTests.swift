import Testing
import WebhookCore
import WebhookStore

/// How rows are kept: several in one row of the database.
struct TableChunkTests {
    private func make(_ store: TestStore, _ rows: [TableRow] = []) async throws -> TablePushes {
        let id = try await TableStore(store.database).create(
            title: "T", name: "t", base: "t", isPublic: true, document: TableDocument(rows: rows), tenant: "default"
        ).table.id
        return try TablePushes(to: id, in: store)
    }

    private func body(_ member: String, _ rows: some Sequence<String>) -> String {
        "{\"\(member)\": [" + rows.joined(separator: ",") + "]}"
    }

    private func rowText(_ store: TestStore) async throws -> String? {
        try await store.value("SELECT martlet.table_rows_json(id, tenant) FROM martlet.tables")
    }

    @Test func `a table that grows row by row has few chunks`() async throws {
        try await withStore { store in
            let pushes = try await make(store)
            for number in 1...300 { try await pushes.push(#"{"append": [["row \#(number)"]]}"#) }
            #expect(
                try await rowText(store) == "[" + (1...300).map { "[\"row \($0)\"]" }.joined(separator: ",") + "]")
            let count = try #require(try await store.value("SELECT count(*)::text FROM martlet.table_rows"))
            #expect(Int(count) == 2)
        }
    }

    @Test func `rows that are pushed again with other cells take the place of what was there`() async throws {
        try await withStore { store in
            func rows(_ price: Int) -> [String] { (1...1_000).map { "[\"Product \($0)\", \(price + $0)]" } }
            let pushes = try await make(store)
            try await pushes.push(body("rows", rows(1)))
            let places = "SELECT position::text FROM martlet.table_rows ORDER BY position"
            let before = try await store.rows(places)
            // Longer by a digit in places.
            try await pushes.push(body("rows", rows(950)))
            #expect(try await store.rows(places) == before)
            #expect(before.count > 5)
        }
    }

    @Test func `what is pushed again as it was is not written`() async throws {
        try await withStore { store in
            let pushes = try await make(store)
            var rows = (1...1_000).map { "[\"Product \($0)\"]" }
            try await pushes.push(body("rows", rows))
            rows[500] = "[\"another\"]"
            let last = try #require(
                try await store.value("SELECT max(xmin::text::bigint)::text FROM martlet.table_rows"))
            try await pushes.push(body("rows", rows))
            #expect(
                try await store.rows(
                    "SELECT (rows LIKE '%another%')::text FROM martlet.table_rows WHERE xmin::text::bigint > \(last)")
                    == ["true"])
        }
    }

    @Test func `a row of 500,000 bytes is one chunk, and rows around it are not written with it`() async throws {
        try await withStore { store in
            let pushes = try await make(store)
            let large = "[\"" + String(repeating: "x", count: 500_000) + "\"]"
            try await pushes.push(body("rows", ["[1]", "[2]", large, "[3]"]))
            #expect(
                try await store.rows(
                    "SELECT position || ' ' || octet_length(rows) FROM martlet.table_rows ORDER BY position")
                    == ["1 11", "3 500004", "4 5"])
            try await pushes.push(#"{"append": [["4"], []]}"#)
            #expect(
                try await store.rows("SELECT rows FROM martlet.table_rows WHERE position > 3") == [
                    #"["3"],["4"],[]"#
                ])
        }
    }

    @Test func `rows without cells are rows`() async throws {
        try await withStore { store in
            let pushes = try await make(store)
            try await pushes.push(body("rows", Array(repeating: "[]", count: 1_000)))
            try await pushes.push(#"{"append": [[], ["a"]]}"#)
            let page = try #require(try await PublicTableStore(store.database).page(2, of: pushes.id, by: nil))
            #expect(page.rows == [TableRow([]), TableRow(["a"])])
        }
    }

    @Test func `appends at the same time are all there, each once`() async throws {
        try await withStore { store in
            let pushes = try await make(store)
            let secret = try await pushes.secret()
            try await withThrowingTaskGroup { group in
                for sender in 0..<4 {
                    group.addTask {
                        for number in 0..<25 {
                            let count = number % 5 == 0 ? 60 : 1
                            let rows = (0..<count).map { "[\"\(sender)-\(number)-\($0)\"]" }
                            let push = try TablePush(Array(body("append", rows).utf8))
                            _ = try await pushes.store.store(push, to: pushes.id, signedWith: secret)
                        }
                    }
                }
                try await group.waitForAll()
            }
            let wanted = (0..<4).flatMap { sender in
                (0..<25).flatMap { number in
                    (0..<(number % 5 == 0 ? 60 : 1)).map { "[\"\(sender)-\(number)-\($0)\"]" }
                }
            }
            let text = try #require(try await rowText(store))
            #expect(text.dropFirst(2).dropLast(2).split(separator: "],[").map { "[\($0)]" }.sorted() == wanted.sorted())
            // The rows of one push stand together.
            #expect(text.contains((0..<60).map { "[\"3-5-\($0)\"]" }.joined(separator: ",")))
        }
    }

    @Test func `a thousand replacements, vacuumed now and then, take the room of a few hundred at most`() async throws {
        try await withStore { store in
            let pushes = try await make(store)
            let secret = try await pushes.secret()
            for round in 10..<20 {
                for number in 0..<100 {
                    let rows = (0..<400).map {
                        "[\"Product \($0)\", \"\((round * 100 + number) * 7 + $0)\", \"in stock\"]"
                    }
                    _ = try await pushes.store.store(
                        TablePush(Array(body("rows", rows).utf8)), to: pushes.id, signedWith: secret)
                }
                // As autovacuum does. How much of what the ones before have left is used up between two of them depends
                // on what else the server is doing.
                try await store.run("VACUUM martlet.table_rows")
            }
            #expect(
                try await store.value(
                    """
                    SELECT (pg_total_relation_size('martlet.table_rows') <= 400 * max(row_bytes))::text FROM martlet.tables
                    """) == "true")
        }
    }
}
