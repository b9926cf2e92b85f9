import JSONFilter
import Postgres
import TestSupport
import Testing

/// The push, as an outside system sees it.
struct PushTests {
    // MARK: Shapes

    @Test(arguments: ["/v1/tables/", "/wp-json/mm-table/v1/tables/"])
    func `rows replace the rows, and the rest of the document stays`(prefix: String) async throws {
        try await withGateway { gateway in
            let table = try await gateway.makeTable(
                #""title": "Prices", "data": {"headers": ["A"], "rows": [["x"]], "settings": {"s": 1}, "formatting": {"f": 2}}"#
            )
            let answer = try await gateway.push(
                #"{"rows": [["Tea", "3.20"], ["Milk", 19.90, true, null, 1e2, ""]]}"#, to: table,
                path: "\(prefix)\(table.id)/webhook")
            #expect(answer.status == 200)
            #expect(answer.text == #"{"id":"\#(table.id)","title":"Prices","rows":2,"version":2}"#)
            #expect(
                try await gateway.data(of: table)?.text
                    == #"{"headers":["A"],"rows":[["Tea","3.20"],["Milk","19.90","true","","1e2",""]],"settings":{"s":1},"formatting":{"f":2}}"#
            )
        }
    }

    @Test func `data replaces the whole document`() async throws {
        try await withGateway { gateway in
            let table = try await gateway.makeTable(
                #""title": "Prices", "data": {"headers": ["A"], "rows": [["x"]], "settings": {"s": 1}}"#)
            let answer = try await gateway.push(
                #"{"data": {"headers": ["B", 2], "rows": [["y"]], "formatting": [{"n": 19.90}]}, "title": "<b>New</b> ones"}"#,
                to: table)
            #expect(answer.text == #"{"id":"\#(table.id)","title":"New ones","rows":1,"version":2}"#)
            #expect(
                try await gateway.data(of: table)?.text
                    == #"{"headers":["B","2"],"rows":[["y"]],"settings":{},"formatting":[{"n":19.90}]}"#)
        }
    }

    @Test func `append adds rows behind those there are`() async throws {
        try await withGateway { gateway in
            let table = try await gateway.makeTable()
            for (body, rows) in [(#"{"append": [["a"], ["b"]]}"#, 2), (#"{"append": [["c"]], "title": "T"}"#, 3)] {
                let answer = try await gateway.push(body, to: table)
                #expect(answer.status == 200)
                #expect(try answer.json.member(named: "rows")?.intValue == rows)
            }
            #expect(try await gateway.data(of: table)?.member(named: "rows")?.text == #"[["a"],["b"],["c"]]"#)
            // Nothing appended changes nothing.
            let nothing = try await gateway.push(#"{"append": []}"#, to: table)
            #expect(nothing.text == #"{"id":"\#(table.id)","title":"T","rows":3,"version":3}"#)
            #expect(try await gateway.events().count == 3)
        }
    }

    @Test func `every cell and every string in data passes the HTML filter, names of members too`() async throws {
        try await withGateway { gateway in
            let table = try await gateway.makeTable()
            let evil = "<script>x</script>"
            _ = try await gateway.push(
                #"{"data": {"headers": ["\#(evil)h"], "rows": [["\#(evil)c"]], "settings": {"\#(evil)k": ["\#(evil)s"]}, "formatting": {"f": {"g": "\#(evil)"}}}}"#,
                to: table)
            let data = try #require(try await gateway.data(of: table)).text
            #expect(!data.contains("<script"))
            #expect(data.contains(#""xk":["#))
            _ = try await gateway.push(#"{"append": [["\#(evil)d"]]}"#, to: table)
            _ = try await gateway.send("PATCH", "/v1/tables/\(table.id)", #"{"title": "\#(evil)t"}"#)
            let whole = try await gateway.send("GET", "/v1/tables/\(table.id)").text
            #expect(!whole.contains("<script"))
        }
    }

    @Test(arguments: [
        "", "[]", "1", "{", "{}", #"{"title": "T"}"#, #"{"rows": [], "append": []}"#, #"{"rows": [], "data": {}}"#,
        #"{"rows": [], "rows": []}"#, #"{"rows": {}}"#, #"{"rows": null}"#, #"{"rows": [1]}"#, #"{"rows": [[[]]]}"#,
        #"{"rows": [[{}]]}"#, #"{"append": "x"}"#, #"{"data": []}"#, #"{"data": {"columns": []}}"#,
        #"{"data": {"rows": [], "rows": []}}"#, #"{"data": {"headers": {}}}"#, #"{"data": {"settings": 1}}"#,
        #"{"rows": [], "more": 1}"#, #"{"rows": [], "title": 1}"#, #"{"rows": [], "title": "<b></b>"}"#,
        #"{"rows": [], "idempotency_key": 1}"#, #"{"rows": [], "idempotency_key": ""}"#, #"{"rows": [["\ud8"]]}"#,
    ])
    func `a body of another shape is a 400 and changes nothing`(body: String) async throws {
        try await withGateway { gateway in
            let table = try await gateway.makeTable()
            let answer = try await gateway.push(body, to: table)
            #expect(answer.status == 400)
            #expect(answer.header("content-type") == "application/problem+json")
            #expect(try await gateway.events().isEmpty)
            // Also where the secret is known from a push before.
            _ = try await gateway.push(#"{"rows": []}"#, to: table)
            #expect(try await gateway.push(body, to: table).status == 400)
        }
    }

    @Test func `text that PostgreSQL or JSON find hard arrives as it is`() async throws {
        try await withGateway { gateway in
            let table = try await gateway.makeTable()
            let rows = #"[["\"q\" \\ {a,b} NULL","","NULL","é 😀 \t\n",","],[],["\u0041"]]"#
            let answer = try await gateway.push(#"{"rows": \#(rows)}"#, to: table)
            #expect(answer.status == 200)
            #expect(
                try await gateway.data(of: table)?.member(named: "rows") == JSONValue(parsing: Array(rows.utf8)))
            #expect(try await gateway.push(#"{"rows": [["a\u0000b"]], "title": "a\u0000b"}"#, to: table).status == 200)
        }
    }

    // MARK: The order of the answers

    @Test func `the checks come in the order of the contract`() async throws {
        try await withGateway { gateway in
            let table = try await gateway.makeTable()
            let large = String(repeating: " ", count: 512_001)
            // More than 512,000 bytes, whatever else is wrong.
            #expect(
                try await gateway.push(large, to: table, signatures: [], path: "/v1/tables/9/webhook").status == 413)
            // Unknown, whatever else is wrong.
            for id in ["9", "x", "01", "99999999999"] {
                #expect(
                    try await gateway.push("{", to: table, signatures: [], path: "/v1/tables/\(id)/webhook").status
                        == 404)
            }
            // No secret, whatever else is wrong.
            _ = try await gateway.send("DELETE", "/v1/tables/\(table.id)/secret")
            #expect(try await gateway.push("{", to: table, signatures: []).status == 403)
            // No signature, whatever else is wrong.
            let secret = try await gateway.makeSecret(of: table.id)
            let again = MadeTable(id: table.id, secret: secret)
            #expect(try await gateway.push("{", to: again, signatures: []).status == 401)
            #expect(try await gateway.push("{", to: again).status == 400)
        }
    }

    @Test func `exactly 512,000 bytes are taken`() async throws {
        try await withGateway { gateway in
            let table = try await gateway.makeTable()
            let body = #"{"rows": [["\#(String(repeating: "x", count: 511_984))"]]}"#
            #expect(body.utf8.count == 512_000)
            #expect(try await gateway.push(body, to: table).status == 200)
            #expect(try await gateway.push(body + " ", to: table).status == 413)
        }
    }

    @Test func `what is announced is refused before it comes, what is chunked as soon as it is too much`() async throws
    {
        try await withGateway { gateway in
            let announced = try RawConnection(port: gateway.port)
            try await announced.send("POST /v1/tables/9/webhook HTTP/1.1\r\nHost: g\r\nContent-Length: 512001\r\n\r\n")
            #expect(try await announced.answer().status == 413)
            let chunked = try RawConnection(port: gateway.port)
            try await chunked.send(
                "POST /v1/tables/9/webhook HTTP/1.1\r\nHost: g\r\nTransfer-Encoding: chunked\r\n\r\n")
            let chunk = Array("10000\r\n".utf8) + [UInt8](repeating: 0x20, count: 65_536) + [13, 10]
            for _ in 0..<8 { try await chunked.send(chunk) }
            // The body has not ended.
            #expect(try await chunked.answer().status == 413)
        }
    }

    @Test func `a sender who takes longer than the database may is answered all the same`() async throws {
        try await withGateway { gateway in
            let table = try await gateway.makeTable()
            let body = #"{"rows": [["a"]]}"#
            let connection = try RawConnection(port: gateway.port)
            try await connection.send(
                "POST \(table.path) HTTP/1.1\r\nHost: g\r\nX-MMT-Signature: \(table.signature(of: body))\r\n"
                    + "Content-Length: \(body.utf8.count)\r\n\r\n\(body.prefix(5))")
            // The time itself is the matter.
            try await Task.sleep(for: .milliseconds(1_700))
            try await connection.send(String(body.dropFirst(5)))
            #expect(try await connection.answer().status == 200)
        }
    }

    @Test func `a title is short in bytes as well`() async throws {
        try await withGateway { gateway in
            let table = try await gateway.makeTable()
            let title = "a" + String(repeating: "\u{301}", count: 2_000)
            #expect(try await gateway.push(#"{"rows": [], "title": "\#(title)"}"#, to: table).status == 400)
        }
    }

    @Test func `a chunked push is signed like any other`() async throws {
        try await withGateway { gateway in
            let table = try await gateway.makeTable()
            let body = #"{"rows": [["a"]]}"#
            let connection = try RawConnection(port: gateway.port)
            try await connection.send(
                "POST \(table.path) HTTP/1.1\r\nHost: g\r\nX-MMT-Signature: \(table.signature(of: body))\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n"
                    + "5\r\n\(body.prefix(5))\r\n\(String(body.count - 5, radix: 16))\r\n\(body.dropFirst(5))\r\n0\r\n\r\n"
            )
            #expect(try await connection.answer().status == 200)
        }
    }

    @Test func `a signature that is missing, malformed, doubled or wrong is a 401`() async throws {
        try await withGateway { gateway in
            let table = try await gateway.makeTable()
            let other = try await gateway.makeTable(#""title": "Other""#)
            let body = #"{"rows": [["a"]]}"#
            let right = table.signature(of: body)
            let wrong: [[String]] = [
                [], [""], ["sha256="], [String(right.dropFirst(7))], [right + "00"], [String(right.dropLast())],
                [String(right.dropLast(2))], ["SHA256=" + right.dropFirst(7)], ["sha1=" + right.dropFirst(7)],
                ["sha256= " + right.dropFirst(7)], [right, right], [right, "x"], ["\(right), \(right)"],
                ["\(right),\(right)"], [table.signature(of: body + " ")], [other.signature(of: body)],
                ["sha256=" + String(repeating: "0", count: 64)], ["sha256=" + String(repeating: "g", count: 64)],
            ]
            for isKnown in [false, true] {
                for signatures in wrong {
                    let answer = try await gateway.push(body, to: table, signatures: signatures)
                    #expect(answer.status == 401, "\(signatures) \(isKnown)")
                    #expect(answer.header("www-authenticate")?.contains("X-MMT-Signature") == true)
                }
                #expect(
                    try await gateway.push(body, to: table, signatures: ["sha256=" + right.dropFirst(7).uppercased()])
                        .status == 200)
            }
            #expect(try await gateway.events().count == 2)
        }
    }

    @Test func `an API key is neither needed nor enough`() async throws {
        try await withGateway { gateway in
            let table = try await gateway.makeTable()
            #expect(try await gateway.send("POST", table.path, #"{"rows": []}"#).status == 401)
        }
    }

    @Test(arguments: ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
    func `no other method is for the path of a push`(method: String) async throws {
        try await withGateway { gateway in
            let table = try await gateway.makeTable()
            for path in [table.path, "/wp-json/mm-table/v1/tables/\(table.id)/webhook"] {
                let answer = try await gateway.send(method, path, key: nil)
                #expect(answer.status == 405)
                #expect(answer.header("allow") == "POST")
            }
        }
    }

    // MARK: Idempotency

    @Test func `a second push with an idempotency key changes nothing and says so`() async throws {
        try await withGateway { gateway in
            let table = try await gateway.makeTable()
            let other = try await gateway.makeTable(#""title": "Other""#)
            let body = #"{"append": [["a"]], "idempotency_key": "k"}"#
            #expect(try await gateway.push(body, to: table).status == 200)
            _ = try await gateway.push(#"{"append": [["b"]]}"#, to: table)
            let again = try await gateway.push(body, to: table)
            #expect(again.status == 200)
            #expect(again.text == #"{"id":"\#(table.id)","title":"Prices","rows":2,"version":3,"duplicate":true}"#)
            // Keys of tables are apart from each other and from those of events.
            #expect(try await gateway.push(body, to: other).text.contains("duplicate") == false)
            let event = try await gateway.send(
                "POST", "/v1/events", #"{"event": "e", "data": 1, "idempotency_key": "k"}"#)
            #expect(event.status == 202)
        }
    }

    @Test func `of concurrent pushes with one key one wins`() async throws {
        try await withGateway { gateway in
            let table = try await gateway.makeTable()
            let answers = try await concurrently(12) { _ in
                try await gateway.push(#"{"append": [["a"]], "idempotency_key": "k"}"#, to: table)
            }
            #expect(answers.allSatisfy { $0.status == 200 })
            #expect(answers.count { !$0.text.contains("duplicate") } == 1)
            #expect(try await gateway.data(of: table)?.member(named: "rows")?.text == #"[["a"]]"#)
            #expect(try await gateway.events().count == 1)
        }
    }

    // MARK: Many at once

    @Test func `concurrent pushes to one table wait for each other, and none is lost`() async throws {
        try await withGateway { gateway in
            let table = try await gateway.makeTable()
            let answers = try await concurrently(48) { number in
                try await gateway.push(#"{"append": [["\#(number)"], ["\#(number) again"]]}"#, to: table)
            }
            #expect(answers.allSatisfy { $0.status == 200 })
            let versions = try answers.map { try $0.json.member(named: "version")?.intValue ?? 0 }
            #expect(versions.sorted() == Array(2...49))
            // Each answer is that of its own version.
            for (answer, version) in zip(answers, versions) {
                #expect(try answer.json.member(named: "rows")?.intValue == 2 * (version - 1))
            }
            let rows = try #require(try await gateway.data(of: table)?.member(named: "rows")?.arrayValue)
            let cells = rows.compactMap { $0.arrayValue?.first?.stringValue }
            #expect(Set(cells).count == 96)
            #expect(stride(from: 0, to: 96, by: 2).allSatisfy { cells[$0] + " again" == cells[$0 + 1] })
            #expect(try await gateway.events().count == 96)
        }
    }

    // MARK: Events

    @Test func `a push emits its events in the transaction that stores it`() async throws {
        try await withGateway { gateway in
            let table = try await gateway.makeTable(
                #""title": "Prices", "name": "prices", "data": {"headers": ["P"], "settings": {"x": 1}}"#)
            _ = try await gateway.push(#"{"append": [["a"], ["\"b\""]]}"#, to: table)
            _ = try await gateway.push(#"{"rows": [["c"]]}"#, to: table)
            _ = try await gateway.send("DELETE", "/v1/tables/\(table.id)")
            let head = #"{"table_id":"\#(table.id)","name":"prices","title":"Prices""#
            #expect(
                try await gateway.events() == [
                    EventRow(
                        name: "item.prices.created", tenant: "default",
                        data: head + #","version":2,"headers":["P"],"row":["a"]}"#),
                    EventRow(
                        name: "item.prices.created", tenant: "default",
                        data: head + #","version":2,"headers":["P"],"row":["\"b\""]}"#),
                    EventRow(
                        name: "item.prices.updated", tenant: "default",
                        data: head + #","version":3,"headers":["P"],"rows":[["c"]]}"#),
                    EventRow(
                        name: "item.prices.deleted", tenant: "default",
                        data: head + #","version":3,"headers":["P"],"rows":[["c"]]}"#),
                ])
        }
    }

    @Test func `a push whose event cannot be stored is not stored`() async throws {
        try await withGateway { gateway in
            let table = try await gateway.makeTable()
            try await gateway.run(
                "ALTER TABLE martlet.events ADD CONSTRAINT none CHECK (event_name NOT LIKE 'item.prices.%')")
            #expect(try await gateway.push(#"{"append": [["a"]], "idempotency_key": "k"}"#, to: table).status == 500)
            #expect(try await gateway.data(of: table)?.member(named: "rows")?.text == "[]")
            try await gateway.run("ALTER TABLE martlet.events DROP CONSTRAINT none")
            let again = try await gateway.push(#"{"append": [["a"]], "idempotency_key": "k"}"#, to: table)
            #expect(again.text == #"{"id":"\#(table.id)","title":"Prices","rows":1,"version":2}"#)
        }
    }

    @Test func `the sensitive filter sees the events of tables, too`() async throws {
        try await withGateway(keywords: ["title"]) { gateway in
            let table = try await gateway.makeTable()
            // The keywords of the server are told to the database a moment after its start.
            try await eventually("the keyword is known") {
                try await gateway.database.execute(SelectKeywords()).contains("title")
            }
            _ = try await gateway.push(#"{"append": [["a"]]}"#, to: table)
            #expect(
                try await gateway.events().map(\.data) == [
                    #"{"table_id":"\#(table.id)","name":"prices","version":2,"headers":[],"row":["a"]}"#
                ])
        }
    }

    @Test func `rows that are too large for an event are left out of it`() async throws {
        try await withGateway { gateway in
            let table = try await gateway.makeTable()
            let cell = String(repeating: "x", count: 400_000)
            for _ in 0..<3 { _ = try await gateway.push(#"{"append": [["\#(cell)"]]}"#, to: table) }
            let changed = try await gateway.send("PATCH", "/v1/tables/\(table.id)", #"{"title": "T"}"#)
            #expect(changed.status == 200)
            let events = try await gateway.events()
            #expect(events.prefix(3).allSatisfy { $0.data.utf8.count > 400_000 })
            #expect(events.last?.data.hasSuffix(#""version":5,"headers":[],"rows":null}"#) == true)
        }
    }
}

private struct SelectKeywords: Statement {
    static let sql = "SELECT keyword FROM martlet.sensitive_keywords"
    static func decode(_ row: inout RowReader) throws(PostgresError) -> String { try row.text() }
}

/// The results of so many calls of `body` at once, in no order.
func concurrently<Result: Sendable>(
    _ count: Int, _ body: @escaping @Sendable (Int) async throws -> Result
) async throws -> [Result] {
    try await withThrowingTaskGroup(of: Result.self) { group in
        for number in 0..<count { group.addTask { try await body(number) } }
        return try await group.reduce(into: []) { $0.append($1) }
    }
}
