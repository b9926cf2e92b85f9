import TestSupport
import Testing
import WebhookStore

@testable import GatewayAPI

struct AccessTests {
    @Test(arguments: [nil, "wrong", "", "test-admin-kex", String(repeating: "k", count: 5_000)])
    func `without a valid key the answer is 401 with a challenge`(key: String?) async throws {
        try await withGateway { gateway in
            let answer = try await gateway.send("POST", "/v1/events", #"{"event": "a", "data": 1}"#, key: key)
            #expect(answer.status == 401)
            #expect(answer.header("www-authenticate")?.hasPrefix("Bearer") == true)
            #expect(answer.header("content-type") == "application/problem+json")
            #expect(try await gateway.storedRows() == 0)
        }
    }

    @Test func `the scheme Bearer is read in any case`() async throws {
        try await withGateway { gateway in
            let connection = try RawConnection(port: gateway.port)
            try await connection.send(
                "GET /v1/events HTTP/1.1\r\nHost: g\r\nAuthorization: bEARER \(Gateway.adminKey)\r\n\r\n")
            #expect(try await connection.answer().status == 200)
        }
    }

    /// What each role is answered: method, target, body, then admin, publisher, viewer.
    static let calls: [(String, String, String?, [Int])] = [
        ("POST", "/v1/events", #"{"event": "a", "data": 1}"#, [202, 202, 403]),
        ("POST", "/v1/events/batch", #"[{"event": "a", "data": 1}]"#, [202, 202, 403]),
        ("GET", "/v1/events", nil, [200, 403, 200]),
        ("GET", "/v1/events/1", nil, [404, 403, 404]),
        ("GET", "/v1/subscriptions", nil, [200, 403, 200]),
        ("POST", "/v1/subscriptions", "{}", [400, 403, 403]),
        ("GET", "/v1/subscriptions/1", nil, [404, 403, 404]),
        ("PATCH", "/v1/subscriptions/1", "{}", [404, 403, 403]),
        ("DELETE", "/v1/subscriptions/1", nil, [404, 403, 403]),
        ("POST", "/v1/subscriptions/1/rotate-secret", nil, [404, 403, 403]),
        ("POST", "/v1/subscriptions/1/activate", nil, [404, 403, 403]),
        ("POST", "/v1/subscriptions/1/deactivate", nil, [404, 403, 403]),
        ("POST", "/v1/subscriptions/1/test", nil, [404, 403, 403]),
        ("GET", "/v1/event-types", nil, [200, 403, 200]),
        ("PUT", "/v1/plugins/shop", "[]", [400, 403, 403]),
        ("PATCH", "/v1/event-types/shop/a", "{}", [400, 403, 403]),
        ("GET", "/v1/keys", nil, [200, 403, 200]),
        ("POST", "/v1/keys", "{}", [400, 403, 403]),
        ("DELETE", "/v1/keys/999", nil, [404, 403, 403]),
        ("GET", "/v1/settings", nil, [200, 403, 200]),
        ("PUT", "/v1/settings", "{}", [200, 403, 403]),
    ]

    @Test func `each role may do what it is for and nothing else`() async throws {
        try await withGateway { gateway in
            for (position, role) in ["admin", "publisher", "viewer"].enumerated() {
                let key = try await gateway.makeKey(role: role).key
                for (method, target, body, statuses) in Self.calls {
                    let answer = try await gateway.send(method, target, body, key: key)
                    #expect(answer.status == statuses[position], "\(role) \(method) \(target)")
                }
            }
        }
    }

    @Test func `a key bound to a tenant works there and sees nothing beyond`() async throws {
        try await withGateway { gateway in
            let foreign = try await gateway.subscribe()
            let key = try await gateway.makeKey(role: "admin", tenant: "acme").key
            let body = #"{"name": "s", "url": "https://x.example/", "events": ["*"]}"#
            let own = try await gateway.send("POST", "/v1/subscriptions", body, key: key)
            #expect(try own.string("tenant") == "acme")

            let sent = try await gateway.send("POST", "/v1/events", #"{"event": "a", "data": 1}"#, key: key)
            #expect(try sent.json.member(named: "deliveries")?.intValue == 1)
            #expect(try await gateway.database.execute(SelectEventRows()).map(\.tenant) == ["acme"])

            for method in ["GET", "DELETE", "PATCH"] {
                let body = method == "PATCH" ? "{}" : nil
                #expect(try await gateway.send(method, "/v1/subscriptions/\(foreign)", body, key: key).status == 404)
            }
            let id = try #require(try sent.string("id"))
            #expect(try await gateway.send("GET", "/v1/events/\(id)", key: key).status == 200)
            #expect(try await gateway.send("GET", "/v1/events/\(id)").status == 404)
            #expect(try await gateway.send("GET", "/v1/events/\(id)?tenant=acme").status == 200)
            #expect(try await gateway.send("GET", "/v1/events?tenant=other", key: key).status == 404)
            #expect(try await gateway.send("GET", "/v1/events?tenant=acme", key: key).status == 200)
        }
    }

    @Test func `an admin of a tenant makes, sees and deletes keys of that tenant only`() async throws {
        try await withGateway { gateway in
            let everywhere = try await gateway.makeKey(role: "viewer")
            let other = try await gateway.makeKey(role: "viewer", tenant: "other")
            let key = try await gateway.makeKey(role: "admin", tenant: "acme").key

            let made = try await gateway.send("POST", "/v1/keys", #"{"name": "n", "role": "viewer"}"#, key: key)
            #expect(try made.string("tenant") == "acme")
            let beyond = try await gateway.send(
                "POST", "/v1/keys", #"{"name": "n", "role": "viewer", "tenant": "other"}"#, key: key)
            #expect(beyond.status == 404)
            let listed = try await gateway.send("GET", "/v1/keys", key: key)
            let tenants = try listed.json.member(named: "data")?.arrayValue?.map { $0.member(named: "tenant") }
            #expect(tenants == [.string("acme"), .string("acme")])
            for id in [everywhere.id, other.id] {
                #expect(try await gateway.send("DELETE", "/v1/keys/\(id)", key: key).status == 404)
            }
        }
    }

    @Test func `a key is shown once, hashed at rest, and void as soon as it is deleted`() async throws {
        try await withGateway { gateway in
            let (id, key) = try await gateway.makeKey(role: "viewer")
            #expect(try await gateway.send("GET", "/v1/events", key: key).status == 200)
            #expect(try await !gateway.send("GET", "/v1/keys").text.contains(key))
            let stored = try #require(try await gateway.database.execute(TableText()).first)
            #expect(!stored.contains(key))

            #expect(try await gateway.send("DELETE", "/v1/keys/\(id)").status == 204)
            #expect(try await gateway.send("GET", "/v1/events", key: key).status == 401)
        }
    }

    @Test func `a key deleted by another program is void before the cache would forget it`() async throws {
        try await withGateway { gateway in
            let (id, key) = try await gateway.makeKey(role: "viewer")
            #expect(try await gateway.send("GET", "/v1/events", key: key).status == 200)
            try await gateway.run("DELETE FROM martlet.api_keys WHERE id = \(id)")
            try await eventually("the deleted key is void", within: RecentCache<KeyHash, Caller>.lifetime / 2) {
                try await gateway.send("GET", "/v1/events", key: key).status == 401
            }
        }
    }
}
