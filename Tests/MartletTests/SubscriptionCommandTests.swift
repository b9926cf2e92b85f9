import JSONFilter
import PrivatePostgres
import Testing

struct SubscriptionCommandTests {
    @Test func `a subscription's life, from creation to deletion`() async throws {
        try await withMigratedDatabase { settings in
            let create = try await CommandRun.martlet(
                [
                    "subscriptions", "create", "--name", "Shop", "--url", "https://shop.example/hook",
                    "--events", "order.*", "stock.low", "--max-retries", "3", "--json",
                ], environment: settings)
            #expect(create.exit == .exited(0))
            let id = try #require(create.json?.member(named: "id")?.stringValue)
            let secret = try #require(create.json?.member(named: "secret")?.stringValue)
            #expect(secret.hasPrefix("whsec_"))

            let show = try await CommandRun.martlet(["subscriptions", "show", id, "--json"], environment: settings)
            #expect(show.json?.member(named: "max_retries")?.intValue == 3)
            #expect(!show.output.contains(secret))

            let update = try await CommandRun.martlet(
                [
                    "subscriptions", "update", id, "--timeout", "5s", "--max-retries", "default", "--rate-limit", "2.5",
                    "--rate-burst", "4", "--ordering", "customer.id", "--json",
                ],
                environment: settings)
            #expect(update.exit == .exited(0))
            #expect(update.json?.member(named: "timeout")?.intValue == 5)
            #expect(update.json?.member(named: "max_retries")?.intValue == 5)
            #expect(update.json?.member(named: "name")?.stringValue == "Shop")
            #expect(update.json?.member(named: "rate_limit")?.doubleValue == 2.5)
            #expect(update.json?.member(named: "rate_burst")?.intValue == 4)
            #expect(update.json?.member(named: "ordering")?.stringValue == "customer.id")

            let sheet = try await CommandRun.martlet(
                ["subscriptions", "update", id, "--rate-limit", "default", "--ordering", "subscription"],
                environment: settings)
            #expect(sheet.output.contains("rate_limit       none"))
            #expect(sheet.output.contains("ordering         subscription"))

            let rotate = try await CommandRun.martlet(
                ["subscriptions", "rotate-secret", id, "--json"], environment: settings)
            let rotated = try #require(rotate.json?.member(named: "secret")?.stringValue)
            #expect(rotated != secret)

            let deactivate = try await CommandRun.martlet(
                ["subscriptions", "deactivate", id, "--reason", "holiday", "--json"], environment: settings)
            #expect(deactivate.json?.member(named: "active")?.boolValue == false)
            #expect(deactivate.json?.member(named: "disabled_reason")?.stringValue == "holiday")

            let activate = try await CommandRun.martlet(
                ["subscriptions", "activate", id, "--json"], environment: settings)
            #expect(activate.json?.member(named: "active")?.boolValue == true)

            let list = try await CommandRun.martlet(["subscriptions", "list"], environment: settings)
            #expect(list.output.contains("Shop"))
            #expect(list.output.contains("order.* stock.low"))

            let delete = try await CommandRun.martlet(["subscriptions", "delete", id], environment: settings)
            #expect(delete.exit == .exited(0))
            let again = try await CommandRun.martlet(["subscriptions", "delete", id], environment: settings)
            #expect(again.exit == .exited(1))
            #expect(again.errorText.contains("no subscription \(id)"))
        }
    }

    @Test(arguments: [
        (["--name", "Shop", "--events", "*"], "url: is required"),
        (["--name", "Shop", "--events", "*", "--url", "http://shop.example/"], "url:"),
        (["--name", "Shop", "--events", "a..b", "--url", "https://shop.example/"], "events[0]:"),
        (["--name", "Shop", "--events", "*", "--url", "https://shop.example/", "--timeout", "99s"], "timeout:"),
        (["--name", "Shop", "--events", "*", "--url", "https://shop.example/", "--rate-limit", "fast"], "rate_limit:"),
        (["--name", "Shop", "--events", "*", "--url", "https://shop.example/", "--ordering", "a..b"], "ordering:"),
        (
            [
                "--name", "Shop", "--events", "*", "--url", "https://shop.example/", "--custom-headers", "Host: evil",
            ], "custom_headers:"
        ),
    ])
    func `what breaks a rule is refused, and the rule is named`(arguments: [String], reason: String) async throws {
        try await withMigratedDatabase { settings in
            let create = try await CommandRun.martlet(
                ["subscriptions", "create"] + arguments, environment: settings)
            #expect(create.exit == .exited(64))
            #expect(create.errorText.contains(reason))

            let list = try await CommandRun.martlet(["subscriptions", "list", "--json"], environment: settings)
            #expect(list.output == "[]")
        }
    }

    @Test func `a subscription of another tenant is none of ours`() async throws {
        try await withMigratedDatabase { settings in
            let create = try await CommandRun.martlet(
                [
                    "subscriptions", "create", "--name", "Shop", "--url", "https://shop.example/hook", "--events", "*",
                    "--tenant", "acme", "--json",
                ], environment: settings)
            let id = try #require(create.json?.member(named: "id")?.stringValue)
            let show = try await CommandRun.martlet(["subscriptions", "show", id], environment: settings)
            #expect(show.exit == .exited(1))
            #expect(show.errorText.contains("no subscription \(id)"))
        }
    }
}
