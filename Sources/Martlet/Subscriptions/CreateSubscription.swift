import ArgumentParser
import GatewayCrypto
import GatewayRuntime
import WebhookCore
import WebhookStore

/// `martlet subscriptions create`
struct CreateSubscription: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Create a subscription; its secret is shown once.")

    @OptionGroup var flags: SubscriptionFlags
    @OptionGroup var receiverFlags: ReceiverFlags
    @OptionGroup var access: SubscriptionAccess

    func run() async throws {
        var draft = SubscriptionDraft()
        try flags.apply(to: &draft)
        let (created, secret) = try await access.withStore(receivers: [receiverFlags]) { [draft] store, receivers in
            let settings = try usage { () throws(WebhookCore.ValidationError) in
                try draft.settings(allowHTTP: receivers.allowHTTP, addressGuard: receivers.addressGuard)
            }
            let given = try usage { () throws(WebhookCore.ValidationError) in try draft.checkedSecret() }
            let secret = given ?? .random(for: settings.profile)
            return (try await store.create(settings, secret: secret, tenant: access.tenant), secret)
        }
        access.show(created, secret: secret)
    }
}

extension SubscriptionSecret {
    /// A new one.
    static func random(for profile: Profile) -> SubscriptionSecret {
        generate(for: profile, randomBytes: SecureRandom.bytes(randomByteCount))
    }
}
