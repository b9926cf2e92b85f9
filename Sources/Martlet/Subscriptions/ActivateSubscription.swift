import ArgumentParser
import WebhookCore

/// `martlet subscriptions activate`
struct ActivateSubscription: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "activate", abstract: "Send again: clears count and reason; what was held is due at once.")

    @Argument(help: "The subscription's id.")
    var id: SubscriptionID

    @OptionGroup var access: SubscriptionAccess

    func run() async throws {
        let activated = try await access.withStore { store, _ in
            guard try await store.activate(id, tenant: access.tenant) else { throw access.noSubscription(id) }
            return try await access.find(id, in: store)
        }
        access.show(activated)
    }
}
