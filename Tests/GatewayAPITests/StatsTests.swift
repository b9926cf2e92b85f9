import TestSupport
import Testing

struct StatsTests {
    /// Attempts of this hour and the two before, half of them failed.
    private static func storeAttempts(_ gateway: Gateway, subscription: String, tenant: String = "default") async throws
    {
        try await gateway.run(
            """
            INSERT INTO martlet.attempts (
                id, delivery_id, event_id, sent_at, subscription_id, version, duration_ms, worker, attempt, outcome,
                tenant, signature, error_message)
            SELECT martlet.id_floor(date_trunc('hour', now(), 'UTC') - hour * interval '1 hour')
                       + nextval('martlet.id_sequence'),
                   1, 1, now(), \(subscription), 1, 40, 1, 1, outcome::"char", '\(tenant)', 'v1,xyz', error
            FROM generate_series(0, 2) AS hour, (VALUES ('d', NULL), ('r', 'HTTP 500')) AS attempt (outcome, error)
            """)
    }

    @Test func `attempts are shown by hour and subscription, newest first, page by page`() async throws {
        try await withGateway { gateway in
            let first = try await gateway.subscribe()
            let second = try await gateway.subscribe()
            for id in [first, second] { try await Self.storeAttempts(gateway, subscription: id) }
            var subscriptions: [String?] = []
            var target = "/v1/stats?limit=4"
            while true {
                let page = try await gateway.send("GET", target)
                #expect(page.status == 200)
                for row in try page.json.member(named: "data")?.arrayValue ?? [] {
                    subscriptions.append(row.member(named: "subscription_id")?.stringValue)
                }
                guard let next = try page.string("next") else { break }
                target = "/v1/stats?limit=4&after=\(next)"
            }
            #expect(subscriptions == [first, second, first, second, first, second])
            let one = try await gateway.send("GET", "/v1/stats?subscription=\(first)&limit=1")
            #expect(
                one.text.contains(
                    #""attempts":2,"delivered":1,"failed":1,"exhausted":0,"success_rate":0.5,"p50_ms":50,"p95_ms":50,"p99_ms":50"#
                ))
        }
    }

    @Test func `hours can be asked for from a time to a time`() async throws {
        try await withGateway { gateway in
            let id = try await gateway.subscribe()
            try await Self.storeAttempts(gateway, subscription: id)
            let none = try await gateway.send("GET", "/v1/stats?until=2025-01-01T00:00:00Z&since=2024-06-01T00:00:00Z")
            #expect(none.text == #"{"data":[],"next":null}"#)
            let all = try await gateway.send("GET", "/v1/stats?since=2024-06-01T00:00:00Z")
            #expect(try all.json.member(named: "data")?.arrayValue?.count == 3)
        }
    }

    @Test func `health is shown for each subscription of the tenant`() async throws {
        try await withGateway { gateway in
            let id = try await gateway.subscribe()
            let other = try await gateway.subscribe()
            try await Self.storeAttempts(gateway, subscription: id)
            try await gateway.send("POST", "/v1/events", #"{"event": "a", "data": 1}"#)
            let all = try await gateway.send("GET", "/v1/stats/health")
            let rows = try all.json.member(named: "data")?.arrayValue ?? []
            #expect(rows.map { $0.member(named: "subscription_id")?.stringValue } == [id, other])
            let one = try await gateway.send("GET", "/v1/stats/health?subscription=\(id)")
            #expect(
                one.text.contains(
                    #""state":"healthy","disabled_reason":null,"queue_depth":1,"queue_depth_is_exact":true"#))
            #expect(
                one.text.contains(#""attempts_24h":6,"delivered_24h":3,"success_rate":0.5,"last_error":"HTTP 500""#))
        }
    }

    @Test func `a key sees its tenant's statistics only, and a publisher none`() async throws {
        try await withGateway { gateway in
            let id = try await gateway.subscribe()
            try await Self.storeAttempts(gateway, subscription: id)
            let viewer = try await gateway.makeKey(role: "viewer", tenant: "acme").key
            let publisher = try await gateway.makeKey(role: "publisher").key
            #expect(try await gateway.send("GET", "/v1/stats", key: viewer).text == #"{"data":[],"next":null}"#)
            #expect(try await gateway.send("GET", "/v1/stats/health", key: viewer).text == #"{"data":[],"next":null}"#)
            #expect(try await gateway.send("GET", "/v1/stats/health?subscription=\(id)", key: viewer).status == 404)
            for path in ["/v1/stats", "/v1/stats/health"] {
                #expect(try await gateway.send("GET", path, key: publisher).status == 403)
            }
        }
    }

    @Test(arguments: [
        "/v1/stats?subscription=x", "/v1/stats?since=yesterday", "/v1/stats?until=1", "/v1/stats?after=1",
        "/v1/stats/health?subscription=0",
    ])
    func `a parameter that cannot be one is refused`(target: String) async throws {
        try await withGateway { gateway in
            let answer = try await gateway.send("GET", target)
            #expect(answer.status == 400)
        }
    }
}
