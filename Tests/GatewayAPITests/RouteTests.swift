import Testing

struct RouteTests {
    static let allowed: [(String, String)] = [
        ("/v1/events", "GET, HEAD, POST"), ("/v1/events/batch", "POST"), ("/v1/events/1", "GET, HEAD"),
        ("/v1/subscriptions", "GET, HEAD, POST"), ("/v1/subscriptions/1", "GET, HEAD, PATCH, DELETE"),
        ("/v1/subscriptions/1/rotate-secret", "POST"), ("/v1/subscriptions/1/activate", "POST"),
        ("/v1/subscriptions/1/deactivate", "POST"), ("/v1/subscriptions/1/test", "POST"),
        ("/v1/event-types", "GET, HEAD"), ("/v1/event-types/core/auth.login", "PATCH"), ("/v1/plugins/shop", "PUT"),
        ("/v1/subscriptions/1/replay", "POST"), ("/v1/replays/1", "GET, HEAD, DELETE"),
        ("/v1/deliveries", "GET, HEAD"), ("/v1/deliveries/1", "GET, HEAD"), ("/v1/deliveries/1/retry", "POST"),
        ("/v1/keys", "GET, HEAD, POST"), ("/v1/keys/1", "DELETE"), ("/v1/stats", "GET, HEAD"),
        ("/v1/tables", "GET, HEAD, POST"), ("/v1/tables/1", "GET, HEAD, PATCH, DELETE"),
        ("/v1/tables/1/rows.csv", "GET, HEAD"), ("/v1/tables/1/secret", "POST, DELETE"),
        ("/v1/tables/1/webhook", "POST"),
        ("/wp-json/mm-table/v1/tables/1/webhook", "POST"), ("/v1/settings", "GET, HEAD, PUT"),
        ("/v1/sources", "GET, HEAD, POST"), ("/v1/sources/gh", "GET, HEAD, PATCH, DELETE"), ("/in/gh", "POST"),
        ("/v1/stats/health", "GET, HEAD"), ("/livez", "GET, HEAD"), ("/readyz", "GET, HEAD"),
    ]

    @Test func `a method that is not for a path is answered with those that are`() async throws {
        try await withGateway { gateway in
            for (path, methods) in Self.allowed {
                let answer = try await gateway.send("OPTIONS", path, "{}")
                #expect(answer.status == 405, "\(path)")
                #expect(answer.header("allow") == methods, "\(path)")
                #expect(answer.header("content-type") == "application/problem+json")
            }
        }
    }

    @Test(arguments: [
        "/", "/v1", "/v1/", "/v1/events/", "/v1/events/1/2", "/v1/nothing/1", "/v1/subscriptions/1/fly", "//v1/events",
        "/v1/tables/1/fly", "/wp-json/mm-table/v1/tables/1", "/wp-json/mm-table/v2/tables/1/webhook",
    ])
    func `an unknown path is not found`(path: String) async throws {
        try await withGateway { gateway in
            let answer = try await gateway.send("GET", path)
            #expect(answer.status == 404)
            #expect(answer.header("content-type") == "application/problem+json")
        }
    }

    @Test(arguments: ["0", "01", "-1", "x", "99999999999999999999", "2147483648", "1%00"])
    func `an id that cannot be one is unknown`(id: String) async throws {
        try await withGateway { gateway in
            for path in ["/v1/events", "/v1/subscriptions", "/v1/deliveries", "/v1/replays"] {
                let answer = try await gateway.send("GET", "\(path)/\(id)")
                #expect(answer.status == 404)
            }
            #expect(try await gateway.send("DELETE", "/v1/keys/\(id)").status == 404)
        }
    }

    @Test func `HEAD is answered like GET without the body`() async throws {
        try await withGateway { gateway in
            let get = try await gateway.send("GET", "/v1/subscriptions")
            let head = try await gateway.send("HEAD", "/v1/subscriptions")
            #expect(head.status == 200)
            #expect(head.header("content-length") == "\(get.body.count)")
        }
    }

    @Test func `liveness and readiness need no key`() async throws {
        try await withGateway { gateway in
            let live = try await gateway.send("GET", "/livez", key: nil)
            let ready = try await gateway.send("GET", "/readyz", key: nil)
            #expect([live.status, ready.status] == [200, 200])
        }
    }

    @Test func `answers are not to be guessed at nor kept`() async throws {
        try await withGateway { gateway in
            let answer = try await gateway.send("GET", "/v1/subscriptions")
            #expect(answer.header("x-content-type-options") == "nosniff")
            #expect(answer.header("cache-control") == "no-store")
        }
    }

    @Test func `requests on one connection are answered one after the other`() async throws {
        try await withGateway { gateway in
            let connection = try RawConnection(port: gateway.port)
            for target in ["/livez", "/v1/nothing", "/livez"] {
                try await connection.send("GET \(target) HTTP/1.1\r\nHost: g\r\n\r\n")
                #expect(try await connection.answer().status == (target == "/livez" ? 200 : 404))
            }
        }
    }
}
