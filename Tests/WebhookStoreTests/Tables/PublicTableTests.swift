import Testing
import WebhookCore
import WebhookStore

struct PublicTableTests {
    private func make(
        _ store: TestStore, _ rows: [[String]], headers: [String] = ["A", "B"], isPublic: Bool = true
    ) async throws -> TableID {
        try await TableStore(store.database).create(
            title: "T", name: nil, base: "t", isPublic: isPublic,
            document: TableDocument(headers: headers, rows: rows.map(TableRow.init)), tenant: "default"
        ).table.id
    }

    /// A public table of `count` rows, the first cell of which is its position.
    private func makeLarge(_ store: TestStore, _ count: Int) async throws -> TableID {
        try await make(store, (1...count).map { ["\($0)", "row \($0)"] })
    }

    private func sorted(_ cells: [String], descends: Bool = false) async throws -> [String] {
        try await withStore { store in
            let id = try await make(store, cells.map { [$0] })
            let order = try #require(TableOrder(column: 1, descends: descends))
            let page = try await PublicTableStore(store.database).page(1, of: id, by: order)
            return try #require(page).rows.map { $0.cells.first ?? "none" }
        }
    }

    @Test func `only a public table is there`() async throws {
        try await withStore { store in
            let tables = PublicTableStore(store.database)
            let hidden = try await make(store, [["x"]], isPublic: false)
            let order = try #require(TableOrder(column: 1, descends: false))
            for id in [hidden, TableID(rawValue: 999)] {
                #expect(try await tables.find(id) == nil)
                #expect(try await tables.page(1, of: id, by: nil) == nil)
                #expect(try await tables.page(1, of: id, by: order) == nil)
            }
        }
    }

    @Test func `a page has a thousand rows, and the last one what is left`() async throws {
        try await withStore { store in
            let tables = PublicTableStore(store.database)
            let id = try await makeLarge(store, 2_500)
            let second = try #require(try await tables.page(2, of: id, by: nil))
            #expect(second.rows.map { $0.cells[0] } == (1_001...2_000).map(String.init))
            #expect(second.pageCount == 3 && second.rowCount == 2_500 && second.headers == ["A", "B"])
            let last = try #require(try await tables.page(3, of: id, by: nil))
            #expect(last.rows.map { $0.cells[0] } == (2_001...2_500).map(String.init))
            // Beyond the end is the end.
            #expect(try await tables.page(.max, of: id, by: nil) == last)

            let order = try #require(TableOrder(column: 1, descends: true))
            let sorted = try #require(try await tables.page(2, of: id, by: order))
            #expect(sorted.rows.map { $0.cells[0] } == (501...1_500).reversed().map(String.init))
        }
    }

    @Test func `an empty table has one empty page`() async throws {
        try await withStore { store in
            let id = try await make(store, [])
            let page = try #require(try await PublicTableStore(store.database).page(1, of: id, by: nil))
            #expect(page.rows.isEmpty && page.pageCount == 1 && page.number == 1 && page.omittedRowCount == 0)
        }
    }

    @Test func `a column of numbers sorts by number, empty cells last`() async throws {
        #expect(try await sorted(["10", "9", "", "-1.5", "1e2", "+3"]) == ["-1.5", "+3", "9", "10", "1e2", ""])
        #expect(
            try await sorted(["10", "9", "", "-1.5"], descends: true) == ["10", "9", "-1.5", ""])
    }

    @Test func `one cell that is no number makes the column text`() async throws {
        #expect(try await sorted(["10", "9", "x"]) == ["10", "9", "x"])
    }

    @Test func `text sorts without its tags and without regard to case, equal cells as they were pushed`() async throws
    {
        #expect(
            try await sorted(["<b>pear</b>", "Apple", #"<a href="https://z.example/">fig</a>"#, "apple"])
                == ["Apple", "apple", #"<a href="https://z.example/">fig</a>"#, "<b>pear</b>"])
    }

    @Test func `sorting by a column that no row has leaves the rows as they are`() async throws {
        try await withStore { store in
            let id = try await make(store, [["b"], ["a"]])
            let order = try #require(TableOrder(column: 10_000, descends: false))
            let page = try await PublicTableStore(store.database).page(1, of: id, by: order)
            #expect(page?.rows.map(\.cells) == [["b"], ["a"]])
        }
    }

    @Test func `numbers of any size do not end the statement`() async throws {
        let digits = String(repeating: "9", count: 150)
        #expect(try await sorted([digits, "1e99", "1e999"]) == ["1e99", "1e999", digits])
    }

    @Test func `rows that are too large for a page are left out of it`() async throws {
        try await withStore { store in
            let wide = String(repeating: "x", count: 1_500_000)
            let id = try await make(store, [["1", wide], ["2", wide], ["3", wide], ["4", "small"]])
            let page = try #require(try await PublicTableStore(store.database).page(1, of: id, by: nil))
            #expect(page.rows.map { $0.cells[0] } == ["1", "2"])
            #expect(page.omittedRowCount == 2)
        }
    }

    @Test func `a row that is larger than a page is shown alone`() async throws {
        try await withStore { store in
            let id = try await make(store, [[String(repeating: "x", count: 5_000_000)], ["2"]])
            let page = try #require(try await PublicTableStore(store.database).page(1, of: id, by: nil))
            #expect(page.rows.count == 1)
        }
    }

    private func csv(_ store: TestStore, _ id: TableID) async throws -> [[UInt8]] {
        let tables = PublicTableStore(store.database)
        var parts: [[UInt8]] = []
        for try await part in try #require(try await tables.csv(of: id)) { parts.append(part) }
        return parts
    }

    @Test func `a CSV file has a header record and a record a row, filled up to its length`() async throws {
        try await withStore { store in
            let id = try await make(
                store, [["<b>x</b>", "Tom &amp; Jerry"], ["=1"], [], ["1", "2", "3"]], headers: ["A", "<i>B</i>"])
            let text = String(decoding: try await csv(store, id).joined(), as: UTF8.self)
            #expect(text == "A,B\r\nx,\"Tom & Jerry\"\r\n\"'=1\",\r\n,\r\n1,2,3\r\n")
        }
    }

    @Test func `a large CSV file comes in parts, every row once`() async throws {
        try await withStore { store in
            let id = try await makeLarge(store, 3_210)
            let parts = try await csv(store, id)
            #expect(parts.count == 4)
            let lines = String(decoding: parts.joined(), as: UTF8.self).split(separator: "\r\n")
            #expect(lines == ["A,B"] + (1...3_210).map { "\($0),\"row \($0)\"" })
        }
    }

    @Test func `a part of a CSV file is bounded in bytes`() async throws {
        try await withStore { store in
            let wide = String(repeating: "x", count: 600_000)
            let id = try await make(store, [[wide], [wide], [wide], [wide], ["end"]])
            let parts = try await csv(store, id)
            #expect(parts.allSatisfy { $0.count < 1_300_000 })
            #expect(parts.joined().count == "A,B\r\n".utf8.count + 4 * (wide.utf8.count + 3) + "end,\r\n".utf8.count)
        }
    }

    @Test func `what is appended during a download does not disturb it`() async throws {
        try await withStore { store in
            let id = try await makeLarge(store, 1_500)
            var parts = try #require(try await PublicTableStore(store.database).csv(of: id)).makeAsyncIterator()
            _ = try await parts.next()
            let pushes = try TablePushes(to: id, in: store)
            // The first goes into the last chunk there is, which the next part reads.
            try await pushes.push(#"{"append": [["new"]]}"#)
            try await pushes.push(
                #"{"append": [\#(Array(repeating: #"["new"]"#, count: 500).joined(separator: ","))]}"#)
            let rest = String(decoding: try #require(try await parts.next()), as: UTF8.self)
            #expect(rest.hasSuffix("1500,\"row 1500\"\r\n"))
            #expect(try await parts.next() == nil)
        }
    }

    @Test func `a download ends where its rows are replaced, and never mixes two tables`() async throws {
        try await withStore { store in
            let id = try await makeLarge(store, 1_500)
            var parts = try #require(try await PublicTableStore(store.database).csv(of: id)).makeAsyncIterator()
            _ = try await parts.next()
            // By the same rows, even, which are not written again.
            let rows = (1...1_500).map { #"["\#($0)", "row \#($0)"]"# }.joined(separator: ",")
            try await TablePushes(to: id, in: store).push(#"{"rows": [\#(rows)]}"#)
            await #expect(throws: TableReplaced.self) { try await parts.next() }
        }
    }
}
