import PrivatePostgres
import Testing

struct DispatchTests {
    @Test func `an event is a row in SQL, byte for byte`() async throws {
        try await withMigratedDatabase { settings in
            let data = #"{"total": 19.90, "id": 12345678901234567890}"#
            let dispatch = try await CommandRun.martlet(["dispatch", "order.created", data], environment: settings)
            #expect(dispatch.exit == .exited(0))

            let row = try await CommandRun.martlet(
                ["psql", "-Atc", "SELECT id, event_name, tenant, payload FROM events"], environment: settings)
            #expect(row.output == "\(dispatch.output)|order.created|default|\(data)")
        }
    }

    @Test func `data comes from standard input too`() async throws {
        try await withMigratedDatabase { settings in
            let dispatch = try await CommandRun.martlet(
                ["dispatch", "order.created", "-", "--tenant", "acme"], environment: settings, input: #"["x"]"#)
            #expect(dispatch.exit == .exited(0))

            let row = try await CommandRun.martlet(
                ["psql", "-Atc", "SELECT tenant, payload FROM events"], environment: settings)
            #expect(row.output == #"acme|["x"]"#)
        }
    }

    @Test func `the same idempotency key gives the first id again`() async throws {
        try await withMigratedDatabase { settings in
            let arguments = ["dispatch", "order.created", "{}", "--idempotency-key", "order-1"]
            let first = try await CommandRun.martlet(arguments, environment: settings)
            let second = try await CommandRun.martlet(arguments, environment: settings)
            #expect(first.exit == .exited(0))
            #expect(second.output == first.output)

            let count = try await CommandRun.martlet(
                ["psql", "-Atc", "SELECT count(*) FROM events"], environment: settings)
            #expect(count.output == "1")
        }
    }

    @Test(arguments: [
        (["order created", "{}"], "may hold only letters"),
        (["order.created", "{"], "is no JSON"),
        (["order.created", "{}", "--tenant", "a b"], "tenant must be"),
        (["order.created", "{}", "--idempotency-key", ""], "idempotency_key must be"),
    ])
    func `what cannot be an event is refused, and nothing is stored`(
        arguments: [String], reason: String
    ) async throws {
        try await withMigratedDatabase { settings in
            let dispatch = try await CommandRun.martlet(["dispatch"] + arguments, environment: settings)
            #expect(dispatch.exit == .exited(64))
            #expect(dispatch.errorText.contains(reason))

            let count = try await CommandRun.martlet(
                ["psql", "-Atc", "SELECT count(*) FROM events"], environment: settings)
            #expect(count.output == "0")
        }
    }

    @Test func `a database without the schema says what to run`() async throws {
        try await withEmptyDatabase { settings in
            let dispatch = try await CommandRun.martlet(["dispatch", "order.created"], environment: settings)
            #expect(dispatch.exit == .exited(1))
            #expect(dispatch.errorText.contains("martlet migrate"))
        }
    }
}
