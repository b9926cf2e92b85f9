import JSONFilter
import PrivatePostgres
import Testing

struct StatsCommandTests {
    @Test func `each subscription has a line, in a table or as JSON`() async throws {
        try await withMigratedDatabase { settings in
            let create = try await CommandRun.martlet(
                ["subscriptions", "create", "--name", "Shop", "--url", "https://example.com/", "--events", "order.*"],
                environment: settings)
            #expect(create.exit == .exited(0))
            let dispatch = try await CommandRun.martlet(["dispatch", "order.created", "{}"], environment: settings)
            #expect(dispatch.exit == .exited(0))

            let table = try await CommandRun.martlet(["stats"], environment: settings)
            #expect(table.exit == .exited(0))
            #expect(table.lines.count == 2)
            #expect(table.output.contains("Shop"))
            #expect(table.output.contains("healthy"))

            let json = try await CommandRun.martlet(["stats", "--subscription", "1", "--json"], environment: settings)
            let row = json.json?.arrayValue?.first
            #expect(row?.member(named: "name")?.stringValue == "Shop")
            #expect(json.output.contains(#""queue_depth":1"#))
        }
    }

    @Test func `hours can be asked for, and there are none without attempts`() async throws {
        try await withMigratedDatabase { settings in
            let hours = try await CommandRun.martlet(
                ["stats", "--hourly", "--last", "6h", "--json"], environment: settings)
            #expect(hours.exit == .exited(0))
            #expect(hours.output == "[]")
        }
    }

    @Test func `a subscription that does not exist is an error, and a duration that is none wrong usage`() async throws
    {
        try await withMigratedDatabase { settings in
            let stats = try await CommandRun.martlet(["stats", "--subscription", "7"], environment: settings)
            #expect(stats.exit == .exited(1))
            #expect(stats.errorText.contains("no subscription 7"))
        }
        let usage = try await CommandRun.martlet(["stats", "--last", "soon"])
        #expect(usage.exit == .exited(64))
    }
}
