import JSONFilter
import PrivatePostgres
import Testing

struct DeliveryCommandTests {
    /// A subscription, and one event for it.
    private func makeDelivery(_ settings: [String: String]) async throws -> (subscription: String, delivery: String) {
        let create = try await CommandRun.martlet(
            [
                "subscriptions", "create", "--name", "Shop", "--url", "https://shop.example/hook", "--events", "*",
                "--json",
            ], environment: settings)
        let subscription = try #require(create.json?.member(named: "id")?.stringValue)
        _ = try await CommandRun.martlet(["dispatch", "order.created"], environment: settings)
        let list = try await CommandRun.martlet(["deliveries", "list", "--json"], environment: settings)
        #expect(list.exit == .exited(0))
        let delivery = try #require(list.json?.arrayValue?.first?.member(named: "id")?.stringValue)
        return (subscription, delivery)
    }

    @Test func `deliveries are listed, shown and sent again`() async throws {
        try await withMigratedDatabase { settings in
            let (subscription, delivery) = try await makeDelivery(settings)
            let list = try await CommandRun.martlet(
                ["deliveries", "list", "--subscription", subscription, "--status", "pending", "--since", "1h"],
                environment: settings)
            #expect(list.exit == .exited(0))
            #expect(list.output.contains(delivery))
            #expect(list.output.contains("order.created"))
            let none = try await CommandRun.martlet(
                ["deliveries", "list", "--event", "stock.*", "--json"], environment: settings)
            #expect(none.output == "[]")

            let show = try await CommandRun.martlet(["deliveries", "show", delivery], environment: settings)
            #expect(show.exit == .exited(0))
            #expect(show.output.contains("no attempt yet"))
            let retry = try await CommandRun.martlet(
                ["deliveries", "retry", delivery, "--json"], environment: settings)
            #expect(retry.exit == .exited(0))
            #expect(retry.json?.member(named: "id")?.stringValue == delivery)

            let unknown = try await CommandRun.martlet(["deliveries", "retry", "1"], environment: settings)
            #expect(unknown.exit == .exited(1))
            #expect(unknown.errorText.contains("no delivery 1"))
            _ = try await CommandRun.martlet(["subscriptions", "deactivate", subscription], environment: settings)
            let inactive = try await CommandRun.martlet(["deliveries", "retry", delivery], environment: settings)
            #expect(inactive.exit == .exited(1))
            #expect(inactive.errorText.contains("activate"))
        }
    }

    @Test func `a replay says how many it queued, and is made once`() async throws {
        try await withMigratedDatabase { settings in
            let (subscription, _) = try await makeDelivery(settings)
            let arguments = ["deliveries", "replay", subscription, "--since", "24h", "--request-id", "r", "--watch"]
            let replay = try await CommandRun.martlet(arguments + ["--json"], environment: settings)
            #expect(replay.exit == .exited(0))
            #expect(replay.json?.member(named: "state")?.stringValue == "done")
            #expect(replay.json?.member(named: "queued")?.intValue == 0)
            let again = try await CommandRun.martlet(arguments, environment: settings)
            #expect(again.output.contains("done, 0 queued (requested before)"))

            let unknown = try await CommandRun.martlet(
                ["deliveries", "replay", "999", "--since", "24h"], environment: settings)
            #expect(unknown.exit == .exited(1))
            let wrong = try await CommandRun.martlet(
                ["deliveries", "replay", subscription, "--since", "yesterday"], environment: settings)
            #expect(wrong.exit == .exited(64))
            #expect(wrong.errorText.contains("--since"))
        }
    }
}
