import ArgumentParser

/// `martlet subscriptions`
struct SubscriptionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "subscriptions",
        abstract: "Who gets which events, where and how.",
        subcommands: [
            ListSubscriptions.self, CreateSubscription.self, ShowSubscription.self, UpdateSubscription.self,
            DeleteSubscription.self, RotateSecret.self, ActivateSubscription.self, DeactivateSubscription.self,
        ])
}
