import JSONFilter
import Postgres
import Testing

struct TableTests {
    private static let whole =
        #"{"title": "Price <b>list</b>", "public": true, "data": {"headers": ["A", 1], "rows": [["x", null]], "settings": {"s": 19.90}, "formatting": {}}}"#

    @Test func `a table is made, shown, changed and deleted`() async throws {
        try await withGateway { gateway in
            let made = try await gateway.send("POST", "/v1/tables", Self.whole)
            #expect(made.status == 201)
            let id = try #require(try made.string("id"))
            #expect(
                made.text.hasPrefix(
                    #"{"id":"\#(id)","tenant":"default","title":"Price list","name":"price_list","public":true,"#
                        + #""accepts_pushes":false,"version":1,"rows_count":1,"data":{"headers":["A","1"],"#
                        + #""rows":[["x",""]],"settings":{"s":19.90},"formatting":{}},"created_at":""#))
            let shown = try await gateway.send("GET", "/v1/tables/\(id)")
            #expect(shown.text == made.text)
            #expect(shown.header("etag") == "\"\(id)-1\"")

            // Only what is given changes.
            let renamed = try await gateway.send("PATCH", "/v1/tables/\(id)", #"{"title": "T", "name": "other"}"#)
            #expect(renamed.status == 200)
            #expect(try renamed.string("name") == "other")
            #expect(renamed.text.contains(#""version":2,"rows_count":1,"data":{"headers":["A","1"],"rows":[["x",""]]"#))
            let emptied = try await gateway.send("PATCH", "/v1/tables/\(id)", #"{"data": {}, "public": false}"#)
            #expect(emptied.text.contains(#""data":{"headers":[],"rows":[],"settings":{},"formatting":{}}"#))
            #expect(emptied.text.contains(#""title":"T""#))
            #expect(try await gateway.send("PATCH", "/v1/tables/\(id)", "{}").text == emptied.text)

            #expect(try await gateway.send("DELETE", "/v1/tables/\(id)").status == 204)
            for (method, path, body) in [
                ("GET", "", nil), ("PATCH", "", #"{"title": "x"}"#), ("PATCH", "", "{}"), ("DELETE", "", nil),
                ("POST", "/secret", nil), ("DELETE", "/secret", nil),
            ] as [(String, String, String?)] {
                #expect(
                    try await gateway.send(method, "/v1/tables/\(id)\(path)", body).status == 404, "\(method) \(path)")
            }
            #expect(
                try await gateway.events().map(\.name)
                    == ["item.other.updated", "item.other.updated", "item.other.deleted"])
        }
    }

    @Test(arguments: [
        "{}", #"{"title": "Price <b>list</b>"}"#, #"{"title": "Price list", "name": "price_list", "public": true}"#,
        #"{"data": {"headers": ["A", "1"], "rows": [["x", ""]], "settings": {"s": 19.90}, "formatting": {}}}"#,
    ])
    func `a change that changes nothing makes no version and emits nothing`(change: String) async throws {
        try await withGateway { gateway in
            let made = try await gateway.send("POST", "/v1/tables", Self.whole)
            let id = try #require(try made.string("id"))
            for headers in [[], [(name: "If-Match", value: "*")]] {
                let same = try await gateway.send("PATCH", "/v1/tables/\(id)", change, headers: headers)
                #expect(same.status == 200)
                #expect(same.text == made.text)
                #expect(same.header("etag") == made.header("etag"))
            }
            #expect(try await gateway.events().isEmpty)
        }
    }

    @Test(arguments: [
        (#"{"title": "Price list", "public": false}"#, 0), (#"{"title": "T", "public": true}"#, 1),
        (#"{"data": {"headers": ["A", "1"], "rows": [["x", ""]], "settings": {"s": 19.9}, "formatting": {}}}"#, 1),
        (#"{"data": {"headers": ["A", "1"], "rows": [["x"]], "settings": {"s": 19.90}, "formatting": {}}}"#, 1),
        (#"{"data": {"headers": ["A"], "rows": [["x", ""]], "settings": {"s": 19.90}, "formatting": {}}}"#, 1),
    ])
    func `whatever else changes is another version, and an event unless it is only who may read`(
        change: String, events: Int
    ) async throws {
        try await withGateway { gateway in
            let id = try #require(try await gateway.send("POST", "/v1/tables", Self.whole).string("id"))
            let changed = try await gateway.send("PATCH", "/v1/tables/\(id)", change)
            #expect(changed.text.contains(#""version":2,"#))
            #expect(
                try await gateway.events().map(\.name) == Array(repeating: "item.price_list.updated", count: events))
        }
    }

    @Test func `the list goes page by page, without documents`() async throws {
        try await withGateway { gateway in
            for number in 1...5 { _ = try await gateway.send("POST", "/v1/tables", #"{"title": "T \#(number)"}"#) }
            var titles: [String] = []
            var after: String? = ""
            while let cursor = after {
                let page = try await gateway.send(
                    "GET", "/v1/tables?limit=2\(cursor.isEmpty ? "" : "&after=\(cursor)")"
                ).json
                let tables = try #require(page.member(named: "data")?.arrayValue)
                #expect(tables.allSatisfy { $0.member(named: "data") == nil })
                titles += tables.compactMap { $0.member(named: "title")?.stringValue }
                after = page.member(named: "next")?.stringValue
            }
            #expect(titles == ["T 1", "T 2", "T 3", "T 4", "T 5"])
        }
    }

    @Test func `the event types are registered with the table, and again with a new name`() async throws {
        try await withGateway { gateway in
            let table = try await gateway.makeTable()
            _ = try await gateway.send("PATCH", "/v1/tables/\(table.id)", #"{"name": "costs"}"#)
            let types = try await gateway.send("GET", "/v1/event-types?plugin=tables").text
            for name in ["prices", "costs"] {
                for change in ["created", "updated", "deleted"] {
                    #expect(types.contains("\"item.\(name).\(change)\""))
                }
            }
        }
    }

    @Test(arguments: [
        (#"{}"#, 400), (#"[]"#, 400), (#"{"title": ""}"#, 400), (#"{"title": 1}"#, 400),
        (#"{"title": "t", "name": "a.b"}"#, 400), (#"{"title": "t", "name": ""}"#, 400),
        (#"{"title": "t", "rows": []}"#, 400), (#"{"title": "t", "public": 1}"#, 400),
        (#"{"title": "t", "title": "u"}"#, 400), (#"{"title": "t", "data": {"rows": [[[]]]}}"#, 400),
        (#"{"title": "\#(String(repeating: "t", count: 256))"}"#, 422),
        (#"{"title": "t", "name": "\#(String(repeating: "n", count: 65))"}"#, 422),
    ])
    func `a table that breaks a rule is not made`(body: String, status: Int) async throws {
        try await withGateway { gateway in
            let answer = try await gateway.send("POST", "/v1/tables", body)
            #expect(answer.status == status)
        }
    }

    @Test func `a title is a string, in a push and a change too`() async throws {
        try await withGateway { gateway in
            let table = try await gateway.makeTable()
            let path = "/v1/tables/\(table.id)"
            let answers = [
                try await gateway.push(#"{"append": [["a"]], "title": null}"#, to: table),
                try await gateway.send("PATCH", path, #"{"title": null, "public": true}"#),
                try await gateway.send("POST", "/v1/tables", #"{"title": null}"#),
            ]
            for answer in answers {
                #expect(answer.status == 400)
                #expect(try answer.detail?.hasPrefix("title: must be a string") == true)
            }
            #expect(try await gateway.send("GET", path).text.contains(#""public":false"#))
            #expect(try await gateway.events().isEmpty)
        }
    }

    @Test func `members of settings that have one name are all kept, and numbers as they were written`() async throws {
        try await withGateway { gateway in
            let table = try await gateway.makeTable()
            let settings = #"{"a":1,"a":2.50,"b":{"c":1,"c":1}}"#
            let pushed = try await gateway.push(#"{"data": {"settings": \#(settings)}}"#, to: table)
            #expect(pushed.status == 200)
            let shown = try await gateway.send("GET", "/v1/tables/\(table.id)").text
            #expect(shown.contains(settings))
        }
    }

    @Test func `a name belongs to one table of a tenant`() async throws {
        try await withGateway { gateway in
            _ = try await gateway.makeTable()
            let other = try await gateway.makeTable(#""title": "Other""#)
            let taken = try await gateway.send("POST", "/v1/tables", #"{"title": "t", "name": "prices"}"#)
            #expect(taken.status == 409)
            #expect(try await gateway.send("PATCH", "/v1/tables/\(other.id)", #"{"name": "prices"}"#).status == 409)
            let elsewhere = try await gateway.send("POST", "/v1/tables?tenant=b", #"{"title": "t", "name": "prices"}"#)
            #expect(elsewhere.status == 201)
        }
    }

    @Test func `viewers read, administrators change, and a tenant ends at its border`() async throws {
        try await withGateway { gateway in
            let table = try await gateway.makeTable()
            let viewer = try await gateway.makeKey(role: "viewer").key
            let publisher = try await gateway.makeKey(role: "publisher").key
            let stranger = try await gateway.makeKey(role: "admin", tenant: "other").key
            let path = "/v1/tables/\(table.id)"
            let calls: [(String, String, String?)] = [
                ("POST", "/v1/tables", #"{"title": "t"}"#), ("PATCH", path, #"{"title": "t"}"#), ("DELETE", path, nil),
                ("POST", "\(path)/secret", nil), ("DELETE", "\(path)/secret", nil),
            ]
            for (method, target, body) in calls {
                for (key, status) in [(nil, 401), (viewer, 403), (publisher, 403)] as [(String?, Int)] {
                    #expect(
                        try await gateway.send(method, target, body, key: key).status == status, "\(method) \(target)")
                }
                guard target != "/v1/tables" else { continue }
                #expect(
                    try await gateway.send(method, target, body, key: stranger).status == 404, "\(method) \(target)")
            }
            #expect(try await gateway.send("GET", path, key: viewer).status == 200)
            #expect(try await gateway.send("GET", "/v1/tables", key: viewer).status == 200)
            #expect(try await gateway.send("GET", path, key: publisher).status == 403)
            #expect(try await gateway.send("GET", path, key: stranger).status == 404)
            #expect(try await gateway.send("GET", "/v1/tables", key: stranger).text == #"{"data":[],"next":null}"#)
        }
    }
}
