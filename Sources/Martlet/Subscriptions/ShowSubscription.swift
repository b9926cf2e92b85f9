import ArgumentParser
import WebhookCore

/// `martlet subscriptions show`
struct ShowSubscription: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a subscription; never its secret.")

    @Argument(help: "The subscription's id.")
    var id: SubscriptionID

    @OptionGroup var access: SubscriptionAccess

    func run() async throws {
        access.show(try await access.withStore { store, _ in try await access.find(id, in: store) })
    }
}
