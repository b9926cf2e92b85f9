import JSONFilter
import Testing
import WebhookCore
import WebhookStore

/// A table against an array of rows, after the same changes of both.
struct TableModelTests {
    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `whatever is done to a table, every reader finds the rows of an array`(seed: UInt64) async throws {
        try await withStore { store in
            var random = SplitMix64(seed: seed)
            let tables = TableStore(store.database)
            let id = try await tables.create(
                title: "T", name: "t", base: "t", isPublic: true, document: TableDocument(headers: ["N", "Text"]),
                tenant: "default"
            ).table.id
            let pushes = try TablePushes(to: id, in: store)
            var model: [[String]] = []
            for step in 1...40 {
                let change = Change.random(model, using: &random)
                model = change.rows
                switch change.call {
                case .push(let body): try await pushes.push(body)
                case .patch(let body):
                    let changed = try await tables.change(id, TableChanges(Array(body.utf8)), tenant: "default")
                    #expect(try Self.rows(try #require(changed)) == model, "seed \(seed), step \(step)")
                }
                try await check(store, id, model, "seed \(seed), step \(step)", using: &random)
            }
        }
    }

    private func check(
        _ store: TestStore, _ id: TableID, _ model: [[String]], _ place: Comment, using random: inout SplitMix64
    ) async throws {
        let found = try #require(try await TableStore(store.database).document(id, tenant: nil))
        try #require(try Self.rows(found) == model, place)
        #expect(found.table.rowCount == model.count, place)
        #expect(abs(Int(found.table.rowBytes) + 2 - found.rows.count) <= found.rows.count / 50 + 100, place)
        // The event says the same, unless it is one of a row.
        let event = try #require(
            try await store.value("SELECT payload::text FROM martlet.events ORDER BY id DESC LIMIT 1"))
        let members = try JSONValue(parsing: Array(event.utf8))
        if let rows = members.member(named: "rows"), rows != .null { #expect(Self.texts(rows) == model, place) }
        if let row = members.member(named: "row") {
            #expect(row.arrayValue?.map { $0.stringValue ?? "" } == model.last, place)
        }
        #expect(
            try await store.value(
                """
                SELECT (coalesce(max(position), 0) = (SELECT last_chunk FROM martlet.tables))::text
                FROM martlet.table_rows
                """) == "true", place)

        let pages = PublicTableStore(store.database)
        let number = Int.random(in: 1...(model.count / TablePage.rowsMax + 1), using: &random)
        let expected = model.dropFirst((number - 1) * TablePage.rowsMax).prefix(TablePage.rowsMax)
        let page = try #require(try await pages.page(number, of: id, by: nil))
        // A last page that would be empty is the one before.
        if !expected.isEmpty || model.isEmpty {
            #expect(page.rows.map(\.cells) == Array(expected.prefix(page.rows.count)), place)
            #expect(page.rows.count + page.omittedRowCount == expected.count, place)
        }
        let order = try #require(TableOrder(column: 1, descends: Bool.random(using: &random)))
        let sorted = Self.sorted(model, descends: order.descends)
            .dropFirst((page.number - 1) * TablePage.rowsMax).prefix(page.rows.count)
        let sortedPage = try #require(try await pages.page(page.number, of: id, by: order))
        #expect(sortedPage.rows.prefix(sorted.count).map(\.cells) == Array(sorted.prefix(sortedPage.rows.count)), place)

        var csv: [UInt8] = []
        for try await part in try #require(try await pages.csv(of: id)) { csv += part }
        var lines: [UInt8] = []
        for cells in [["N", "Text"]] + model {
            CSVLine.append(
                cells.map(CellText.of) + Array(repeating: "", count: max(0, 2 - cells.count)), to: &lines)
        }
        #expect(csv == lines, place)
    }

    private static func rows(_ found: StoredTableDocument) throws -> [[String]] {
        texts(try JSONValue(parsing: found.rows))
    }

    private static func texts(_ rows: JSONValue) -> [[String]] {
        (rows.arrayValue ?? []).map { ($0.arrayValue ?? []).map { $0.stringValue ?? "" } }
    }

    /// By the number in the first cell; rows without one last; equal ones as they were.
    private static func sorted(_ rows: [[String]], descends: Bool) -> [[String]] {
        let keys = rows.map { $0.first.flatMap { Int($0) } }
        return rows.indices.sorted { left, right in
            switch (keys[left], keys[right]) {
            case (let a?, let b?) where a != b: descends ? a > b : a < b
            case (nil, _?): false
            case (_?, nil): true
            default: left < right
            }
        }.map { rows[$0] }
    }
}

/// One change of a table, and what an array is after it.
private struct Change {
    enum Call {
        case push(String)
        case patch(String)
    }

    let call: Call
    let rows: [[String]]

    static func random(_ rows: [[String]], using random: inout SplitMix64) -> Change {
        switch Int.random(in: 0..<10, using: &random) {
        case 0...2:
            let row = [Row.random(using: &random)]
            return Change(call: .push(#"{"append": \#(json(row))}"#), rows: rows + row)
        case 3...5:
            let more = Row.some(using: &random)
            return Change(call: .push(#"{"append": \#(json(more))}"#), rows: rows + more)
        case 6:
            // The same rows, a few of them with other cells.
            var changed = rows
            for index in changed.indices where Int.random(in: 0..<20, using: &random) == 0 {
                changed[index] = Row.random(using: &random)
            }
            return Change(call: .push(#"{"rows": \#(json(changed))}"#), rows: changed)
        case 7:
            let fewer = Array(rows.prefix(Int.random(in: 0...rows.count, using: &random)))
            return Change(call: .push(#"{"rows": \#(json(fewer))}"#), rows: fewer)
        case 8:
            let other = Row.some(using: &random)
            return Change(
                call: .patch(#"{"data": {"headers": ["N", "Text"], "rows": \#(json(other))}}"#), rows: other)
        default:
            return Change(call: .patch(#"{"title": "Another"}"#), rows: rows)
        }
    }

    private static func json(_ rows: [[String]]) -> String {
        var writer = JSONWriter()
        writer.beginArray()
        for row in rows {
            writer.beginArray()
            for cell in row { writer.string(cell) }
            writer.endArray()
        }
        writer.endArray()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

/// Rows of every size, whose cells the HTML filter leaves as they are.
private enum Row {
    static func some(using random: inout SplitMix64) -> [[String]] {
        let count = [0, 1, 7, 64, 300, 1_300].randomElement(using: &random) ?? 0
        // Of one kind, mostly, as the rows of tables are.
        let isMixed = Int.random(in: 0..<3, using: &random) == 0
        let length = Int.random(in: 0..<80, using: &random)
        return (0..<count).map { _ in isMixed ? self.random(using: &random) : row(text: length, using: &random) }
    }

    static func random(using random: inout SplitMix64) -> [String] {
        switch Int.random(in: 0..<100, using: &random) {
        case 0: row(text: 60_000, using: &random)
        case 1...4: row(text: Int.random(in: 1_000..<5_000, using: &random), using: &random)
        case 5...14: []
        default: row(text: Int.random(in: 0..<200, using: &random), using: &random)
        }
    }

    private static func row(text length: Int, using random: inout SplitMix64) -> [String] {
        let letters = ["a", "ü", "\u{1F4A7}", "\\", "{", "}", ",", "[", "]", " ", "\n", "\t", "'"]
        var text = ""
        for _ in 0..<length { text += letters.randomElement(using: &random) ?? "" }
        let number = Int.random(in: 0..<5, using: &random) == 0 ? "" : "\(Int.random(in: -99...999, using: &random))"
        return [number, text]
    }
}
