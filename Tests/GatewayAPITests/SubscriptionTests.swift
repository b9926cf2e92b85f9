import JSONFilter
import Testing

struct SubscriptionTests {
    @Test func `a subscription is answered with what was set and what the defaults are`() async throws {
        try await withGateway { gateway in
            let answer = try await gateway.send(
                "POST", "/v1/subscriptions",
                #"{"name": "Shop", "url": "https://shop.example/hook", "events": ["order.*", "user.created"], "batch_interval": "30s"}"#
            )
            #expect(answer.status == 201)
            let shown = try answer.json
            #expect(shown.member(named: "name") == .string("Shop"))
            #expect(shown.member(named: "tenant") == .string("default"))
            #expect(shown.member(named: "events") == .array([.string("order.*"), .string("user.created")]))
            #expect(shown.member(named: "profile") == .string("standard"))
            #expect(shown.member(named: "queue_mode") == .null)
            #expect(shown.member(named: "batch_size") == .number("10"))
            #expect(shown.member(named: "batch_interval") == .string("30s"))
            #expect(shown.member(named: "max_retries") == .number("5"))
            #expect(shown.member(named: "timeout") == .string("10s"))
            #expect(shown.member(named: "concurrency") == .null)
            #expect(shown.member(named: "rate_limit") == .null)
            #expect(shown.member(named: "rate_burst") == .null)
            #expect(shown.member(named: "ordering") == .string("none"))
            #expect(shown.member(named: "active") == .bool(true))
            #expect(shown.member(named: "failure_count") == .number("0"))
            #expect(shown.member(named: "disabled_reason") == .null)
            #expect(try answer.string("secret")?.hasPrefix("whsec_") == true)
        }
    }

    @Test func `the secret is in the answer that made it and nowhere else, also not in the database`() async throws {
        try await withGateway { gateway in
            let made = try await gateway.send(
                "POST", "/v1/subscriptions", #"{"name": "s", "url": "https://x.example/", "events": ["*"]}"#)
            let id = try #require(try made.string("id"))
            let first = try #require(try made.string("secret"))
            let rotated = try await gateway.send(
                "POST", "/v1/subscriptions/\(id)/rotate-secret", #"{"overlap": "24h"}"#)
            #expect(rotated.status == 200)
            let second = try #require(try rotated.string("secret"))
            #expect(first != second)
            let chosen = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz"
            let others = [
                try await gateway.send("PATCH", "/v1/subscriptions/\(id)", #"{"secret": "\#(chosen)"}"#),
                try await gateway.send("GET", "/v1/subscriptions/\(id)"),
                try await gateway.send("GET", "/v1/subscriptions"),
                try await gateway.send("POST", "/v1/subscriptions/\(id)/deactivate"),
                try await gateway.send("POST", "/v1/subscriptions/\(id)/activate"),
            ]
            let stored = try #require(try await gateway.database.execute(TableText()).first)
            for text in others.map(\.text) + [stored] {
                #expect(text.contains("https://x.example/"))
                for secret in [first, second, chosen] { #expect(!text.contains(secret.dropFirst(6))) }
            }
            #expect(others.allSatisfy { $0.status == 200 })
        }
    }

    @Test func `a change touches what it names and null goes back to the default`() async throws {
        try await withGateway { gateway in
            let id = try await gateway.subscribe(#", "batch_size": 50, "concurrency": 4"#)
            let changed = try await gateway.send(
                "PATCH", "/v1/subscriptions/\(id)", #"{"events": ["a.b"], "batch_size": null}"#)
            #expect(changed.status == 200)
            let shown = try await gateway.send("GET", "/v1/subscriptions/\(id)").json
            #expect(shown.member(named: "events") == .array([.string("a.b")]))
            #expect(shown.member(named: "batch_size") == .number("10"))
            #expect(shown.member(named: "concurrency") == .number("4"))
        }
    }

    @Test(arguments: [
        (#"{"events": ["x*"]}"#, 400, "events[0]"), (#"{"id": "7"}"#, 400, "`id`"),
        (#"{"batch_size": 0}"#, 422, "batch_size"), ("[]", 400, "body"), (#"{"name": null}"#, 400, "name"),
    ])
    func `a bad change is refused and changes nothing`(body: String, status: Int, name: String) async throws {
        try await withGateway { gateway in
            let id = try await gateway.subscribe()
            let before = try await gateway.send("GET", "/v1/subscriptions/\(id)")
            let answer = try await gateway.send("PATCH", "/v1/subscriptions/\(id)", body)
            #expect(answer.status == status)
            #expect(try answer.detail?.contains(name) == true)
            #expect(try await gateway.send("GET", "/v1/subscriptions/\(id)").text == before.text)
        }
    }

    @Test func `a rate limit and an order are shown as they were set, and gone when they are null`() async throws {
        try await withGateway { gateway in
            let id = try await gateway.subscribe(
                #", "rate_limit": 0.5, "rate_burst": 3, "ordering": "/customer/id", "disable_on_gone": true"#)
            let set = try await gateway.send("GET", "/v1/subscriptions/\(id)").json
            #expect(set.member(named: "rate_limit") == .number("0.5"))
            #expect(set.member(named: "rate_burst") == .number("3"))
            #expect(set.member(named: "ordering") == .string("/customer/id"))
            #expect(set.member(named: "disable_on_gone") == .bool(true))
            let changed = try await gateway.send(
                "PATCH", "/v1/subscriptions/\(id)",
                #"{"rate_limit": 20, "rate_burst": null, "ordering": null, "disable_on_gone": null}"#)
            #expect(changed.status == 200)
            #expect(try changed.json.member(named: "rate_limit") == .number("20"))
            #expect(try changed.json.member(named: "rate_burst") == .null)
            #expect(try changed.json.member(named: "ordering") == .string("none"))
            #expect(try changed.json.member(named: "disable_on_gone") == .null)
            let lifted = try await gateway.send("PATCH", "/v1/subscriptions/\(id)", #"{"rate_limit": null}"#)
            #expect(try lifted.json.member(named: "rate_limit") == .null)
        }
    }

    @Test func `changes at the same time are all made`() async throws {
        try await withGateway { gateway in
            let id = try await gateway.subscribe()
            let changes = [
                #"{"name": "n"}"#, #"{"batch_size": 7}"#, #"{"concurrency": 3}"#, #"{"timeout": 5}"#,
            ]
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for change in changes {
                    group.addTask { try await gateway.send("PATCH", "/v1/subscriptions/\(id)", change).status }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses == [200, 200, 200, 200])
            let shown = try await gateway.send("GET", "/v1/subscriptions/\(id)").json
            #expect(shown.member(named: "name") == .string("n"))
            #expect(shown.member(named: "batch_size") == .number("7"))
            #expect(shown.member(named: "concurrency") == .number("3"))
            #expect(shown.member(named: "timeout") == .string("5s"))
        }
    }

    @Test func `a profile whose form of secret is another needs a secret with it`() async throws {
        try await withGateway { gateway in
            let id = try await gateway.subscribe(#", "profile": "newmeta""#)
            let refused = try await gateway.send("PATCH", "/v1/subscriptions/\(id)", #"{"profile": "standard"}"#)
            #expect(refused.status == 422)
            #expect(try refused.detail?.contains("secret") == true)
            let taken = try await gateway.send(
                "PATCH", "/v1/subscriptions/\(id)",
                #"{"profile": "standard", "secret": "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz"}"#)
            #expect(taken.status == 200)
            #expect(try await gateway.send("PATCH", "/v1/subscriptions/\(id)", #"{"profile": "mautic"}"#).status == 200)
        }
    }

    @Test func `header values that look like credentials are masked everywhere, and a mask sent back keeps them`()
        async throws
    {
        try await withGateway { gateway in
            let id = try await gateway.subscribe(
                #", "custom_headers": {"X-Api-Key": "s3cr3t-value", "X-Shop": "north"}"#)
            let masked = #""custom_headers":{"X-Api-Key":"***","X-Shop":"north"}"#
            let shown = try await gateway.send("GET", "/v1/subscriptions/\(id)")
            #expect(shown.text.contains(masked))
            #expect(try await gateway.send("GET", "/v1/subscriptions").text.contains(masked))
            let sealed = try await gateway.database.execute(SelectSealedHeaders())
            let changed = try await gateway.send(
                "PATCH", "/v1/subscriptions/\(id)", #"{"custom_headers": {"X-Shop": "south", "X-Api-Key": "***"}}"#)
            #expect(changed.text.contains(#"{"X-Shop":"south","X-Api-Key":"***"}"#))
            // Sealed anew, the same size: the value, not the mask.
            #expect(try await gateway.database.execute(SelectSealedHeaders()).map(\.count) == sealed.map(\.count))
            let stored = try #require(try await gateway.database.execute(TableText()).first)
            #expect(!stored.contains("s3cr3t-value"))
        }
    }

    @Test(arguments: [
        ("newmeta", #"{"overlap": "24h"}"#, 422), ("standard", #"{"overlap": "24h"}"#, 200),
        ("standard", #"{"overlap": 60}"#, 200), ("standard", "{}", 200), ("newmeta", "", 200),
        ("standard", #"{"overlap": "0s"}"#, 422), ("standard", #"{"overlap": "soon"}"#, 400),
        ("standard", #"{"grace": "1h"}"#, 400),
    ])
    func `an overlap of secrets is for the standard profile`(profile: String, body: String, status: Int) async throws {
        try await withGateway { gateway in
            let id = try await gateway.subscribe(#", "profile": "\#(profile)""#)
            let answer = try await gateway.send("POST", "/v1/subscriptions/\(id)/rotate-secret", body)
            #expect(answer.status == status)
            #expect(try (answer.string("secret") != nil) == (status == 200))
        }
    }

    @Test func `a subscription that is switched off gets nothing until it is switched on`() async throws {
        try await withGateway { gateway in
            let id = try await gateway.subscribe()
            let off = try await gateway.send("POST", "/v1/subscriptions/\(id)/deactivate")
            #expect(try off.json.member(named: "active") == .bool(false))
            #expect(try off.string("disabled_reason") != nil)
            let event = #"{"event": "a", "data": 1}"#
            #expect(try await gateway.send("POST", "/v1/events", event).json.member(named: "deliveries")?.intValue == 0)
            let on = try await gateway.send("POST", "/v1/subscriptions/\(id)/activate")
            #expect(try on.json.member(named: "active") == .bool(true))
            #expect(try on.json.member(named: "disabled_reason") == .null)
            #expect(try await gateway.send("POST", "/v1/events", event).json.member(named: "deliveries")?.intValue == 1)
        }
    }

    @Test func `a deleted subscription is gone`() async throws {
        try await withGateway { gateway in
            let id = try await gateway.subscribe()
            #expect(try await gateway.send("DELETE", "/v1/subscriptions/\(id)").status == 204)
            #expect(try await gateway.send("GET", "/v1/subscriptions/\(id)").status == 404)
            #expect(try await gateway.send("DELETE", "/v1/subscriptions/\(id)").status == 404)
        }
    }

    @Test func `subscriptions are listed in the order of their ids, page by page`() async throws {
        try await withGateway { gateway in
            var made: [String] = []
            for _ in 1...3 { made.append(try await gateway.subscribe()) }
            let first = try await gateway.send("GET", "/v1/subscriptions?limit=2")
            let next = try #require(try first.string("next"))
            let second = try await gateway.send("GET", "/v1/subscriptions?limit=2&after=\(next)")
            let ids = try [first, second].flatMap { page in
                try (page.json.member(named: "data")?.arrayValue ?? []).compactMap {
                    $0.member(named: "id")?.stringValue
                }
            }
            #expect(ids == made)
            #expect(try second.json.member(named: "next") == .null)
        }
    }
}
