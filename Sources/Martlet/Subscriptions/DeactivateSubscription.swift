import ArgumentParser
import WebhookCore

/// `martlet subscriptions deactivate`
struct DeactivateSubscription: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deactivate", abstract: "Stop sending: what waits is held, new events are not queued.")

    @Argument(help: "The subscription's id.")
    var id: SubscriptionID

    @Option(help: "Why, for those who wonder later.")
    var reason = "deactivated by an operator"

    @OptionGroup var access: SubscriptionAccess

    func run() async throws {
        let deactivated = try await access.withStore { store, _ in
            guard try await store.deactivate(id, tenant: access.tenant, reason: reason) else {
                throw access.noSubscription(id)
            }
            return try await access.find(id, in: store)
        }
        access.show(deactivated)
    }
}
