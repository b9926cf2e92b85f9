import Postgres
import Testing
import WebhookStore

struct SchemaGateTests {
    private static let event = #"{"event": "a", "data": 1}"#
    private static let asBefore = "UPDATE martlet.schema_migrations SET checksum = 'before' WHERE version = 0"

    @Test func `nothing is taken into the schema of an older release until it is migrated`() async throws {
        try await withGateway { gateway in
            try await gateway.run(Self.asBefore)
            for (method, target) in [
                ("POST", "/v1/events"), ("GET", "/v1/events"), ("POST", "/v1/tables/1/webhook"), ("POST", "/in/x"),
                ("GET", "/readyz"),
            ] {
                let answer = try await gateway.send(method, target, method == "POST" ? Self.event : nil)
                #expect(answer.status == 503, "\(target)")
                #expect(try answer.detail?.contains("martlet migrate") == true)
            }
            #expect(try await gateway.storedRows() == 0)
            #expect(try await gateway.send("GET", "/livez").status == 200)

            _ = try await Migrator(gateway.database).run()
            #expect(try await gateway.send("POST", "/v1/events", Self.event).status == 202)
            #expect(try await gateway.send("GET", "/readyz").status == 200)
        }
    }

    @Test func `a newer schema is as good, from the start and when it comes`() async throws {
        try await withGateway { gateway in
            try await gateway.run(
                "INSERT INTO martlet.schema_migrations (version, name, checksum) VALUES (9999, 'newer', 'x')")
            #expect(try await gateway.send("GET", "/readyz").status == 200)
            #expect(try await gateway.send("POST", "/v1/events", Self.event).status == 202)
        }
    }
}
