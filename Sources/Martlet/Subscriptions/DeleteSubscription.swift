import ArgumentParser
import WebhookCore

/// `martlet subscriptions delete`
struct DeleteSubscription: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a subscription: what waits for it is cancelled, its history stays.")

    @Argument(help: "The subscription's id.")
    var id: SubscriptionID

    @OptionGroup var access: SubscriptionAccess

    func run() async throws {
        try await access.withStore { store, _ in
            guard try await store.delete(id, tenant: access.tenant) else { throw access.noSubscription(id) }
        }
        if !access.json { StandardStreams.print("deleted subscription \(id)") }
    }
}
