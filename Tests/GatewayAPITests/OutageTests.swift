import Logging
import Postgres
import TestSupport
import Testing
import WebhookStore

@testable import GatewayAPI

struct OutageTests {
    private let event = #"{"event": "a", "data": 1}"#

    @Test func `a request that waits for the commit before its own is answered within 2 s`() {
        #expect(DatabaseDeadline.commit * 2 < .seconds(2))
        #expect(DatabaseDeadline.request < .seconds(2))
    }

    @Test func `while the database is down everything is answered 503, and it recovers by itself`() async throws {
        try await Turnstile.shared.pass(alone: true) {
            try await withDedicatedServer { server in
                try await DatabaseTemplate.migrated.prepare(server.url())
                try await withGateway(on: server.url()) { gateway in
                    let viewer = try await gateway.makeKey(role: "viewer").key
                    #expect(try await gateway.send("POST", "/v1/events", event).status == 202)

                    await server.stop(.immediate)
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        // Several at a time: some wait for the commit before theirs.
                        for _ in 1...8 {
                            group.addTask { try await expectUnavailable(gateway, "POST", "/v1/events", event) }
                            group.addTask {
                                try await expectUnavailable(gateway, "GET", "/v1/subscriptions", key: viewer)
                            }
                        }
                        group.addTask { try await expectUnavailable(gateway, "GET", "/readyz", key: nil) }
                        try await group.waitForAll()
                    }
                    #expect(try await gateway.send("GET", "/livez", key: nil).status == 200)

                    try await server.start()
                    try await eventually("events are accepted again") {
                        try await gateway.send("POST", "/v1/events", event).status == 202
                    }
                    #expect(try await gateway.send("GET", "/readyz", key: nil).status == 200)
                    #expect(try await gateway.send("GET", "/v1/subscriptions", key: viewer).status == 200)
                }
            }
        }
    }

    @Test func `a server that starts before its database serves as soon as that is there and migrated`() async throws {
        try await Turnstile.shared.pass(alone: true) {
            try await withDedicatedServer { server in
                await server.stop(.immediate)
                try await withGateway(on: server.url()) { gateway in
                    try await expectUnavailable(gateway, "POST", "/v1/events", event)
                    try await expectUnavailable(gateway, "GET", "/readyz", key: nil)
                    try await server.start()
                    try await eventually("the missing schema is named") {
                        let answer = try await gateway.send("GET", "/readyz", key: nil)
                        return try answer.status == 503 && answer.detail?.contains("martlet migrate") == true
                    }
                    try await expectUnavailable(gateway, "POST", "/v1/events", event)
                    try await DatabaseTemplate.migrated.prepare(server.url())
                    try await eventually("events are accepted") {
                        try await gateway.send("POST", "/v1/events", event).status == 202
                    }
                }
            }
        }
    }

    private func expectUnavailable(
        _ gateway: Gateway, _ method: String, _ target: String, _ body: String? = nil, key: String? = Gateway.adminKey
    ) async throws {
        let answer = try await gateway.send(method, target, body, key: key)
        #expect(answer.status == 503, "\(answer.text)")
        #expect(answer.header("retry-after") == "1")
        #expect(answer.header("content-type") == "application/problem+json")
        #expect(!answer.text.contains("SELECT"))
    }
}
