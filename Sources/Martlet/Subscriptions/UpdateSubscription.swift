import ArgumentParser
import GatewayRuntime
import WebhookCore
import WebhookStore

/// `martlet subscriptions update`
struct UpdateSubscription: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "update", abstract: "Change what is given; the rest stays as it is.")

    @Argument(help: "The subscription's id.")
    var id: SubscriptionID

    @OptionGroup var flags: SubscriptionFlags
    @OptionGroup var receiverFlags: ReceiverFlags
    @OptionGroup var access: SubscriptionAccess

    func run() async throws {
        let updated = try await access.withStore(receivers: [receiverFlags]) { store, receivers in
            let current = try await access.find(id, in: store)
            var draft = SubscriptionDraft(current.settings)
            try flags.apply(to: &draft)
            let (settings, secret) = try usage { [draft] () throws(WebhookCore.ValidationError) in
                (
                    try draft.settings(allowHTTP: receivers.allowHTTP, addressGuard: receivers.addressGuard),
                    try draft.checkedSecret()
                )
            }
            if secret == nil, settings.profile != current.settings.profile {
                try checkSecret(of: current, fits: settings.profile, store)
            }
            guard let updated = try await store.update(current, to: settings, secret: secret) else {
                throw CommandError("somebody changed or deleted subscription \(id) at the same time: look, try again")
            }
            return updated
        }
        access.show(updated)
    }

    /// Each profile has its own form of secret.
    private func checkSecret(
        of current: StoredSubscription, fits profile: Profile, _ store: SubscriptionStore
    ) throws {
        let text = try store.secret(of: current).text
        guard (try? SubscriptionSecret(text, for: profile)) != nil else {
            throw UsageError(
                "the secret does not have the form that the profile \(profile.rawValue) wants: give a new one with "
                    + "--secret-file")
        }
    }
}
