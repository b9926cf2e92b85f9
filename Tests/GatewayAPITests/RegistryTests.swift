import JSONFilter
import Testing

struct RegistryTests {
    private static let shop = """
        {"content_tables": ["products"],
         "webhook_events": [{"name": "stock.low", "type": "manual", "description": "Little is left"}]}
        """

    @Test func `a plugin is installed, listed, and changes nothing when it is installed again`() async throws {
        try await withGateway { gateway in
            let first = try await gateway.send("PUT", "/v1/plugins/shop", Self.shop)
            #expect(first.status == 200)
            #expect(first.text == #"{"plugin":"shop","registered":4}"#)
            let again = try await gateway.send("PUT", "/v1/plugins/shop", Self.shop)
            #expect(again.text == #"{"plugin":"shop","registered":0}"#)
            let list = try await gateway.send("GET", "/v1/event-types?plugin=shop")
            #expect(
                list.text.hasSuffix(
                    #"""
                    {"plugin":"shop","event":"stock.low","type":"manual","content_table":null,\#
                    "description":"Little is left"}],"next":null}
                    """#))
            #expect(try list.json.member(named: "data")?.arrayValue?.count == 4)
        }
    }

    @Test func `a list comes in pages, by plugin and name`() async throws {
        try await withGateway { gateway in
            _ = try await gateway.send("PUT", "/v1/plugins/a.shop", Self.shop)
            var names: [String] = []
            var target = "/v1/event-types?limit=4"
            while names.count < 100 {
                let page = try await gateway.send("GET", target).json
                names += (page.member(named: "data")?.arrayValue ?? []).compactMap {
                    guard let plugin = $0.member(named: "plugin")?.stringValue else { return nil }
                    return $0.member(named: "event")?.stringValue.map { "\(plugin)/\($0)" }
                }
                guard let next = page.member(named: "next")?.stringValue else { break }
                target = "/v1/event-types?limit=4&after=\(next)"
            }
            #expect(names.count == 18)
            #expect(names == names.sorted())
            #expect(Set(names).count == 18)
            #expect(try await gateway.send("GET", "/v1/event-types?after=nothing").status == 400)
        }
    }

    @Test func `a description is changed by its own call`() async throws {
        try await withGateway { gateway in
            _ = try await gateway.send("PUT", "/v1/plugins/shop", Self.shop)
            let path = "/v1/event-types/shop/stock.low"
            let changed = try await gateway.send("PATCH", path, #"{"description": "Order some"}"#)
            #expect(changed.status == 200)
            #expect(try changed.string("description") == "Order some")
            _ = try await gateway.send("PUT", "/v1/plugins/shop", Self.shop)
            let list = try await gateway.send("GET", "/v1/event-types?plugin=shop")
            #expect(list.text.contains("Order some"))
            let system = try await gateway.send("PATCH", "/v1/event-types/core/auth.login", #"{"description": "In"}"#)
            #expect(system.status == 200)
        }
    }

    static let refused: [(String, String, String, Int)] = [
        ("PUT", "/v1/plugins/shop", "[]", 400),
        ("PUT", "/v1/plugins/shop", #"{"more": 1}"#, 400),
        ("PUT", "/v1/plugins/shop", #"{"webhook_events": [{"name": "a", "type": "system"}]}"#, 422),
        ("PUT", "/v1/plugins/core", "{}", 422),
        ("GET", "/v1/event-types?plugin=%00", "{}", 400),
        ("GET", "/v1/event-types?after=a/%00", "{}", 400),
        ("PUT", "/v1/plugins/a%20b", "{}", 400),
        ("PATCH", "/v1/event-types/core/auth.login", "{}", 400),
        ("PATCH", "/v1/event-types/core/auth.login", #"{"description": null}"#, 400),
        ("PATCH", "/v1/event-types/core/auth.login", #"{"description": "a", "type": "auto"}"#, 400),
        (
            "PATCH", "/v1/event-types/core/auth.login",
            #"{"description": "\#(String(repeating: "x", count: 1_001))"}"#, 422
        ),
        ("PATCH", "/v1/event-types/core/nothing", #"{"description": "a"}"#, 404),
        ("PATCH", "/v1/event-types/nothing/auth.login", #"{"description": "a"}"#, 404),
    ]

    @Test func `what cannot be registered is refused, and says why`() async throws {
        try await withGateway { gateway in
            for (method, path, body, status) in Self.refused {
                let answer = try await gateway.send(method, path, body)
                #expect(answer.status == status, "\(method) \(path) \(body)")
                #expect(try answer.detail?.isEmpty == false)
            }
        }
    }

    @Test func `a key of one tenant reads what all share and does not change it`() async throws {
        try await withGateway { gateway in
            let key = try await gateway.makeKey(role: "admin", tenant: "acme").key
            #expect(try await gateway.send("GET", "/v1/event-types", key: key).status == 200)
            #expect(try await gateway.send("PUT", "/v1/plugins/shop", Self.shop, key: key).status == 403)
            let path = "/v1/event-types/core/auth.login"
            #expect(try await gateway.send("PATCH", path, #"{"description": ""}"#, key: key).status == 403)
        }
    }
}
