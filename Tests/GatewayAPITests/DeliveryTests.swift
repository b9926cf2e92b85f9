import JSONFilter
import Testing

/// `/v1/deliveries` and replays, as their users call them.
struct DeliveryTests {
    private static let since = #"{"since": "2024-01-01T00:00:00Z"}"#

    /// Makes a subscription and events for it.
    private func dispatch(_ names: [String], on gateway: Gateway) async throws -> String {
        let subscription = try await gateway.subscribe()
        for name in names { try await gateway.send("POST", "/v1/events", #"{"event": "\#(name)", "data": 1}"#) }
        return subscription
    }

    /// Lets every delivery have failed for good.
    private func exhaust(on gateway: Gateway) async throws {
        try await gateway.run(
            """
            WITH gone AS (DELETE FROM martlet.pending RETURNING id, event_id, subscription_id, tenant)
            INSERT INTO martlet.waiting (id, event_id, subscription_id, tenant, status, retry_count, error_message)
            SELECT id, event_id, subscription_id, tenant, 'failed', 5, 'HTTP 500' FROM gone
            """)
    }

    private func data(_ answer: Answer) throws -> [JSONValue] {
        guard answer.status == 200 else { throw UnexpectedAnswer(answer: answer) }
        return try answer.json.member(named: "data")?.arrayValue ?? []
    }

    @Test func `deliveries are listed, filtered and paged`() async throws {
        try await withGateway { gateway in
            let subscription = try await dispatch(["a.b", "a.c", "d"], on: gateway)
            let all = try data(await gateway.send("GET", "/v1/deliveries"))
            #expect(all.map { $0.member(named: "event")?.stringValue } == ["d", "a.c", "a.b"])
            #expect(all.allSatisfy { $0.member(named: "subscription_id")?.stringValue == subscription })
            #expect(all.allSatisfy { $0.member(named: "status")?.stringValue == "pending" })
            #expect(try data(await gateway.send("GET", "/v1/deliveries?event=a.*")).count == 2)
            #expect(try data(await gateway.send("GET", "/v1/deliveries?status=failed")).isEmpty)
            #expect(try data(await gateway.send("GET", "/v1/deliveries?subscription=\(subscription)")).count == 3)
            #expect(try data(await gateway.send("GET", "/v1/deliveries?since=2999-01-01T00:00:00Z")).isEmpty)

            let first = try await gateway.send("GET", "/v1/deliveries?limit=2")
            #expect(try data(first) == Array(all[..<2]))
            let next = try #require(try first.string("next"))
            let second = try await gateway.send("GET", "/v1/deliveries?limit=2&after=\(next)")
            #expect(try data(second) == Array(all[2...]))
            #expect(try second.json.member(named: "next") == .null)
        }
    }

    @Test(arguments: [
        ("status=sent", 400), ("subscription=x", 400), ("event=a..b", 400), ("since=yesterday", 400), ("after=1", 400),
        ("limit=0", 422),
    ])
    func `a filter that cannot be is refused`(query: String, status: Int) async throws {
        try await withGateway { gateway in
            let answer = try await gateway.send("GET", "/v1/deliveries?\(query)")
            #expect(answer.status == status)
            #expect(try answer.detail?.hasPrefix(String(query.prefix { $0 != "=" })) == true)
        }
    }

    @Test func `a delivery is shown with its attempts, and sent again`() async throws {
        try await withGateway { gateway in
            _ = try await dispatch(["a"], on: gateway)
            try await exhaust(on: gateway)
            let id = try #require(
                try data(await gateway.send("GET", "/v1/deliveries")).first?.member(named: "id")?.stringValue)
            let shown = try await gateway.send("GET", "/v1/deliveries/\(id)")
            #expect(try shown.string("status") == "failed")
            #expect(try shown.string("error") == "HTTP 500")
            #expect(try shown.json.member(named: "attempts")?.arrayValue?.isEmpty == true)

            let retried = try await gateway.send("POST", "/v1/deliveries/\(id)/retry")
            #expect(retried.status == 202)
            #expect(try retried.string("id") == id)
            #expect(try retried.string("status") == "pending")
            #expect(try await gateway.send("POST", "/v1/deliveries/\(id)/retry", #"{"now": true}"#).status == 400)
            #expect(try await gateway.send("POST", "/v1/deliveries/1/retry").status == 404)
        }
    }

    @Test func `nothing is sent again to a subscription that is off`() async throws {
        try await withGateway { gateway in
            let subscription = try await dispatch(["a"], on: gateway)
            try await exhaust(on: gateway)
            let id = try #require(
                try data(await gateway.send("GET", "/v1/deliveries")).first?.member(named: "id")?.stringValue)
            try await gateway.send("POST", "/v1/subscriptions/\(subscription)/deactivate")
            let retry = try await gateway.send("POST", "/v1/deliveries/\(id)/retry")
            #expect(retry.status == 409)
            #expect(try retry.detail?.contains("activate") == true)
            let replay = try await gateway.send("POST", "/v1/subscriptions/\(subscription)/replay", Self.since)
            #expect(replay.status == 409)
            #expect(try replay.detail?.contains("activate") == true)
        }
    }

    @Test func `a replay says how many it queued, and the same request is answered with the first`() async throws {
        try await withGateway { gateway in
            let subscription = try await dispatch(["a", "b"], on: gateway)
            try await exhaust(on: gateway)
            let body = #"{"since": "2024-01-01T00:00:00Z", "status": "failed", "event": "a", "request_id": "r-1"}"#
            let first = try await gateway.send("POST", "/v1/subscriptions/\(subscription)/replay", body)
            #expect(first.status == 200)
            #expect(try first.json.member(named: "queued")?.intValue == 1)
            #expect(try first.string("state") == "done")
            #expect(try first.json.member(named: "duplicate") == nil)

            let second = try await gateway.send("POST", "/v1/subscriptions/\(subscription)/replay", body)
            #expect(try second.string("id") == first.string("id"))
            #expect(try second.json.member(named: "duplicate") == .bool(true))
            #expect(try data(await gateway.send("GET", "/v1/deliveries?status=pending")).count == 1)
        }
    }

    @Test func `a large replay is watched and cancelled`() async throws {
        try await withGateway { gateway in
            let subscription = try await gateway.subscribe()
            try await gateway.run("SELECT martlet.dispatch('a', '1') FROM generate_series(1, 1500)")
            try await exhaust(on: gateway)
            let started = try await gateway.send("POST", "/v1/subscriptions/\(subscription)/replay", Self.since)
            #expect(started.status == 202)
            #expect(try started.json.member(named: "queued")?.intValue == 1_000)
            let id = try #require(try started.string("id"))
            #expect(try await gateway.send("GET", "/v1/replays/\(id)").string("state") == "running")
            let cancelled = try await gateway.send("DELETE", "/v1/replays/\(id)")
            #expect(cancelled.status == 200)
            #expect(try cancelled.string("state") == "cancelled")
            #expect(try await gateway.send("GET", "/v1/replays/\(id)").string("state") == "cancelled")
        }
    }

    @Test(arguments: [
        ("", "body", 400), ("{}", "since", 400), (#"{"since": 1}"#, "since", 400), (#"{"since": "x"}"#, "since", 400),
        (#"{"since": "2026-01-01T00:00:00Z", "until": "2025-01-01T00:00:00Z"}"#, "until", 422),
        (#"{"since": "2026-01-01T00:00:00Z", "status": "retry"}"#, "status", 400),
        (#"{"since": "2026-01-01T00:00:00Z", "event": "a*"}"#, "event", 400),
        (#"{"since": "2026-01-01T00:00:00Z", "request_id": ""}"#, "request_id", 422),
        (#"{"since": "2026-01-01T00:00:00Z", "from": "x"}"#, "`from`", 400),
        (#"{"since": "2026-01-01T00:00:00Z", "since": "2026-01-01T00:00:00Z"}"#, "`since`", 400),
    ])
    func `a request to replay that breaks a rule is refused, and the rule is named`(
        body: String, member: String, status: Int
    ) async throws {
        try await withGateway { gateway in
            let subscription = try await gateway.subscribe()
            let answer = try await gateway.send("POST", "/v1/subscriptions/\(subscription)/replay", body)
            #expect(answer.status == status)
            #expect(try answer.detail?.hasPrefix("\(member):") == true)
        }
    }

    @Test func `viewers look, publishers do not, and other tenants find nothing`() async throws {
        try await withGateway { gateway in
            let subscription = try await dispatch(["a"], on: gateway)
            try await exhaust(on: gateway)
            let id = try #require(
                try data(await gateway.send("GET", "/v1/deliveries")).first?.member(named: "id")?.stringValue)
            let replay = try #require(
                try await gateway.send("POST", "/v1/subscriptions/\(subscription)/replay", Self.since).string("id"))

            let viewer = try await gateway.makeKey(role: "viewer").key
            let publisher = try await gateway.makeKey(role: "publisher").key
            let stranger = try await gateway.makeKey(role: "admin", tenant: "acme").key
            for path in ["/v1/deliveries", "/v1/deliveries/\(id)", "/v1/replays/\(replay)"] {
                #expect(try await gateway.send("GET", path, key: viewer).status == 200)
                #expect(try await gateway.send("GET", path, key: publisher).status == 403)
            }
            #expect(try data(await gateway.send("GET", "/v1/deliveries", key: stranger)).isEmpty)
            for (method, path, body) in [
                ("GET", "/v1/deliveries/\(id)", nil), ("POST", "/v1/deliveries/\(id)/retry", nil),
                ("POST", "/v1/subscriptions/\(subscription)/replay", Self.since), ("GET", "/v1/replays/\(replay)", nil),
                ("DELETE", "/v1/replays/\(replay)", nil),
            ] {
                #expect(try await gateway.send(method, path, body, key: stranger).status == 404, "\(path)")
                if method != "GET" {
                    #expect(try await gateway.send(method, path, body, key: viewer).status == 403, "\(path)")
                }
            }
        }
    }
}
