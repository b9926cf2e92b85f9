import Testing

/// One request that must be refused.
struct BadInput: Sendable {
    let body: String
    let status: Int
    /// What `detail` must name: the member and the rule.
    let names: [String]

    init(_ body: String, _ status: Int, _ names: String...) {
        (self.body, self.status, self.names) = (body, status, names)
    }
}

struct BadInputTests {
    static let events: [BadInput] = [
        BadInput("", 400, "body"),
        BadInput("{", 400, "body", "byte 1"),
        BadInput(#"{"event": "a", "data": 01}"#, 400, "body", "byte"),
        BadInput(#"{"event": "a", "data": "\#u{1}"}"#, 400, "body", "control character"),
        BadInput("[]", 400, "body", "object"),
        BadInput(#"{"event": "a", "data": \#(String(repeating: "[", count: 600))"#, 400, "body", "nested"),
        BadInput(#"{"event": "a", "data": 1} x"#, 400, "body", "byte"),
        BadInput(#"{"data": 1}"#, 400, "event", "required"),
        BadInput(#"{"event": "a"}"#, 400, "data", "required"),
        BadInput(#"{"event": "a", "data": 1, "Data": 1}"#, 400, "`Data`", "no member"),
        BadInput(#"{"event": "a", "data": 1, "data": 2}"#, 400, "`data`", "more than once"),
        BadInput(#"{"event": "a", "data": 1, "dat\u0061": 2}"#, 400, "`data`", "more than once"),
        BadInput(#"{"event": 1, "data": 1}"#, 400, "event", "string"),
        BadInput(#"{"event": "", "data": 1}"#, 400, "event", "empty"),
        BadInput(#"{"event": "a..b", "data": 1}"#, 400, "event", "segment"),
        BadInput(#"{"event": ".a", "data": 1}"#, 400, "event", "segment"),
        BadInput(#"{"event": "a.*", "data": 1}"#, 400, "event", "letters"),
        BadInput(#"{"event": "a b", "data": 1}"#, 400, "event", "letters"),
        BadInput(#"{"event": "\#(String(repeating: "a", count: 129))", "data": 1}"#, 422, "event", "128"),
        BadInput(#"{"event": "a", "data": 1, "idempotency_key": 5}"#, 400, "idempotency_key", "string"),
        BadInput(#"{"event": "a", "data": 1, "idempotency_key": ""}"#, 422, "idempotency_key", "1 to 255"),
        BadInput(
            #"{"event": "a", "data": 1, "idempotency_key": "\#(String(repeating: "k", count: 256))"}"#, 422,
            "idempotency_key", "1 to 255"),
        BadInput(#"{"event": "a", "data": 1, "idempotency_key": "a\u0000b"}"#, 400, "idempotency_key", "NUL"),
        BadInput(#"{"event": "a", "data": 1, "occurred_at": "yesterday"}"#, 400, "occurred_at", "RFC 3339"),
        BadInput(#"{"event": "a", "data": 1, "occurred_at": 1700000000}"#, 400, "occurred_at", "string"),
        BadInput(#"{"event": "a", "data": 1, "occurred_at": "1999-01-01T00:00:00Z"}"#, 422, "occurred_at", "between"),
        BadInput(#"{"event": "a", "data": 1, "occurred_at": "2999-01-01T00:00:00Z"}"#, 422, "occurred_at", "between"),
    ]

    @Test func `a bad event is refused with member and rule, and nothing is stored`() async throws {
        try await expectRefusal(of: Self.events, "POST", "/v1/events")
    }

    static let batches: [BadInput] = [
        BadInput("", 400, "body"),
        BadInput("{}", 400, "array"),
        BadInput("[]", 422, "body", "no event"),
        BadInput("[1]", 400, "[0]", "object"),
        BadInput(#"[{"event": "a", "data": 1}, {"event": "a"}]"#, 400, "[1].data", "required"),
        BadInput(#"[{"event": "a", "data": 1}, {"event": "a b", "data": 1}]"#, 400, "[1].event"),
        BadInput(#"[{"event": "a", "data": 1}, {"event": "a", "data": 1, "x": 1}]"#, 400, "[1].`x`"),
        BadInput(
            "[" + Array(repeating: #"{"event": "a", "data": 1}"#, count: 1_001).joined(separator: ",") + "]", 422,
            "1000"),
        BadInput(
            #"[{"event": "a", "data": 1}, {"event": "a", "data": "\#(String(repeating: "x", count: 1_048_576))"}]"#,
            413, "[1]", "1048576"),
    ]

    @Test func `a batch with one bad event is refused whole`() async throws {
        try await expectRefusal(of: Self.batches, "POST", "/v1/events/batch")
    }

    static let lines: [BadInput] = [
        BadInput("\n \r\n", 422, "no event"),
        BadInput(#"{"event": "a", "data": 1}"# + "\n{\"event\": \"a\"", 400, "line 2"),
        BadInput(#"{"event": "a", "data": 1}"# + "\n\n{\"event\": \"a\"}", 400, "line 3: data", "required"),
        BadInput(#"{"event": "a", "data": 1} {"event": "a", "data": 1}"#, 400, "line 1"),
        BadInput(String(repeating: #"{"event": "a", "data": 1}"# + "\n", count: 1_001), 422, "1000"),
    ]

    @Test func `lines with one bad event are refused whole`() async throws {
        try await expectRefusal(of: Self.lines, "POST", "/v1/events/batch", type: "application/x-ndjson")
    }

    static let subscriptions: [BadInput] = [
        BadInput("", 400, "body"),
        BadInput("[]", 400, "body", "object"),
        BadInput("{}", 400, "name", "required"),
        BadInput(subscription(#""name": """#), 422, "name"),
        BadInput(subscription(#""name": 1"#), 400, "name", "string"),
        BadInput(subscription(#""colour": 1"#), 400, "`colour`", "no member"),
        BadInput(subscription(#""name": "a", "name": "b""#), 400, "name", "more than once"),
        BadInput(subscription(#""url": "ftp://x.example""#), 400, "url"),
        BadInput(subscription(#""url": "http://x.example/""#), 400, "url", "https"),
        BadInput(subscription(#""url": "https://127.0.0.1/""#), 422, "url"),
        BadInput(subscription(#""url": "https://u:p@x.example/""#), 400, "url"),
        BadInput(subscription(#""events": []"#), 422, "events"),
        BadInput(subscription(#""events": ["a.*.b"]"#), 400, "events[0]"),
        BadInput(subscription(#""events": ["a", "b*"]"#), 400, "events[1]"),
        BadInput(subscription(#""profile": "soap""#), 400, "profile", "standard"),
        BadInput(subscription(#""queue_mode": "later""#), 400, "queue_mode", "immediate"),
        BadInput(subscription(#""batch_size": 1001"#), 422, "batch_size", "1 to 1000"),
        BadInput(subscription(#""batch_size": 1.5"#), 400, "batch_size", "whole"),
        BadInput(subscription(#""max_retries": 21"#), 422, "max_retries"),
        BadInput(subscription(#""timeout": "31s""#), 422, "timeout"),
        BadInput(subscription(#""timeout": "soon""#), 400, "timeout"),
        BadInput(subscription(#""concurrency": 0"#), 422, "concurrency"),
        BadInput(subscription(#""rate_limit": 0"#), 422, "rate_limit"),
        BadInput(subscription(#""rate_limit": "10""#), 400, "rate_limit"),
        BadInput(subscription(#""rate_burst": 10001"#), 422, "rate_burst"),
        BadInput(subscription(#""ordering": "a..b""#), 400, "ordering"),
        BadInput(subscription(#""ordering": "a.b.c.d.e.f.g.h.i""#), 422, "ordering"),
        BadInput(subscription(#""custom_headers": {"Content-Type": "x"}"#), 400, "custom_headers", "Content-Type"),
        BadInput(subscription(#""custom_headers": {"webhook-signature": "x"}"#), 400, "custom_headers"),
        BadInput(subscription(#""custom_headers": {"X-A": "a\r\nX-B: b"}"#), 400, "custom_headers", "CR"),
        BadInput(subscription(#""custom_headers": {"X-A": "a\u0000"}"#), 400, "custom_headers", "NUL"),
        BadInput(subscription(#""custom_headers": {"X A": "a"}"#), 400, "custom_headers", "X A"),
        BadInput(subscription(#""custom_headers": {"X-Api-Key": "***"}"#), 422, "custom_headers", "X-Api-Key"),
        BadInput(subscription(#""secret": "too-short""#), 400, "secret", "whsec_"),
    ]

    /// A good subscription but for `members`.
    private static func subscription(_ members: String) -> String {
        let good = [
            ("name", #""name": "s""#), ("url", #""url": "https://x.example/""#), ("events", #""events": ["*"]"#),
        ]
        let rest = good.filter { !members.hasPrefix("\"\($0.0)\"") }.map(\.1)
        return "{" + (rest + [members]).joined(separator: ", ") + "}"
    }

    @Test func `a bad subscription is refused with member and rule, and nothing is stored`() async throws {
        try await expectRefusal(of: Self.subscriptions, "POST", "/v1/subscriptions")
    }

    static let keys: [BadInput] = [
        BadInput("{}", 400, "name", "required"),
        BadInput(#"{"name": "k"}"#, 400, "role", "required"),
        BadInput(#"{"name": "k", "role": "root"}"#, 400, "role", "admin, publisher, viewer"),
        BadInput(#"{"name": "", "role": "admin"}"#, 422, "name"),
        BadInput(#"{"name": "k", "role": "admin", "tenant": "a b"}"#, 422, "tenant"),
        BadInput(#"{"name": "k", "role": "admin", "key": "mine"}"#, 400, "`key`", "no member"),
    ]

    @Test func `a bad key is refused, and nothing is stored`() async throws {
        try await expectRefusal(of: Self.keys, "POST", "/v1/keys")
    }

    @Test func `a bad query parameter is refused by name`() async throws {
        try await withGateway { gateway in
            let queries = [
                ("limit=0", 422), ("limit=101", 422), ("limit=x", 400), ("after=x", 400), ("tenant=a%20b", 422),
            ]
            for path in ["/v1/events", "/v1/subscriptions", "/v1/keys"] {
                for (query, status) in queries {
                    let answer = try await gateway.send("GET", "\(path)?\(query)")
                    #expect(answer.status == status, "\(path)?\(query)")
                    #expect(try answer.detail?.hasPrefix(query.prefix { $0 != "=" }) == true)
                }
            }
        }
    }

    @Test(arguments: [
        ("/v1/events", "Limit=1"), ("/v1/deliveries", "state=failed"), ("/v1/subscriptions", "limit=1&offset=2"),
        ("/v1/event-types", "name=a"), ("/v1/tables", "before=1"), ("/v1/keys", "role=admin"), ("/v1/stats", "from=1"),
        ("/v1/stats/health", "id=1"), ("/v1/sources", "%6cimits=1"), ("/v1/settings", "x"),
        ("/v1/subscriptions/1", "limit=1"),
    ])
    func `a query parameter that nobody knows is refused, with those there are`(path: String, query: String)
        async throws
    {
        try await withGateway { gateway in
            let answer = try await gateway.send("GET", "\(path)?\(query)")
            #expect(answer.status == 400)
            #expect(try answer.detail?.contains("is no parameter of this call; there are tenant") == true)
        }
    }

    @Test func `a misspelt tenant is refused instead of changing another one`() async throws {
        try await withGateway { gateway in
            let event = #"{"event": "a", "data": 1}"#
            let misspelt = try await gateway.send("POST", "/v1/events?tenat=b", event)
            let right = try await gateway.send("POST", "/v1/events?tenant=b", event)
            let open = try await gateway.send("GET", "/livez?x=1", key: nil)
            #expect([misspelt.status, right.status, open.status] == [400, 202, 200])
            let tenants = try await gateway.events().map(\.tenant)
            #expect(tenants == ["b"])
        }
    }

    @Test(arguments: ["zz%E2%80%A6", "a.b", "%00", String(repeating: "z", count: 65)])
    func `a cursor of sources that is no name is refused`(after: String) async throws {
        try await withGateway { gateway in
            let answer = try await gateway.send("GET", "/v1/sources?after=\(after)")
            #expect(answer.status == 400)
            #expect(try answer.detail?.hasPrefix("after:") == true)
        }
    }

    @Test(arguments: [nil, "application/json; charset=utf-8", "text/plain", "application/x-www-form-urlencoded"])
    func `JSON is taken whatever it is called`(type: String?) async throws {
        try await withGateway { gateway in
            let answer = try await gateway.send("POST", "/v1/events", #"{"event": "a", "data": 1}"#, type: type)
            #expect(answer.status == 202)
        }
    }

    private func expectRefusal(
        of inputs: [BadInput], _ method: String, _ target: String, type: String = "application/json"
    ) async throws {
        try await withGateway { gateway in
            for input in inputs {
                let answer = try await gateway.send(method, target, input.body, type: type)
                let detail = try #require(try answer.detail, "\(input.body.prefix(100)) → \(answer.status)")
                #expect(answer.status == input.status, "\(input.body.prefix(100)) → \(detail)")
                #expect(answer.header("content-type") == "application/problem+json")
                #expect(try answer.json.member(named: "status")?.intValue == answer.status)
                for name in input.names { #expect(detail.contains(name), "\(input.body.prefix(100)) → \(detail)") }
                #expect(try await gateway.storedRows() == 0, "\(input.body.prefix(100))")
            }
        }
    }
}
