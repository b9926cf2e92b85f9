import ArgumentParser
import GatewayCrypto
import GatewayRuntime
import JSONFilter
import WebhookCore
import WebhookStore

/// The flags that every `martlet subscriptions` command has.
struct SubscriptionAccess: ParsableArguments {
    @OptionGroup var databaseFlags: DatabaseFlags

    @Option(help: "Whose subscriptions.")
    var tenant = "default"

    @Flag(help: "Print JSON.")
    var json = false

    /// Lends the subscriptions in the database to `body`.
    ///
    /// - Parameter flags: of a command that judges receivers.
    func withStore<Result: Sendable>(
        receivers flags: [any SettingFlags] = [],
        _ body: (SubscriptionStore, ReceiverConfiguration) async throws -> Result
    ) async throws -> Result {
        let (database, box, receivers) = try CommandSettings.read([databaseFlags] + flags) {
            settings -> (DatabaseConfiguration, SecretBox, ReceiverConfiguration)? in
            let database = DatabaseConfiguration.readChecked(from: &settings)
            let box = SecretBox.read(from: &settings)
            let receivers = ReceiverConfiguration.read(from: &settings)
            guard let database, let box else { return nil }
            return (database, box, receivers)
        }
        return try await DatabaseAccess.with(database) { client in
            try await body(SubscriptionStore(client, vault: SecretVault(box)), receivers)
        }
    }

    /// - Throws: an error when there is no such subscription.
    func find(_ id: SubscriptionID, in store: SubscriptionStore) async throws -> StoredSubscription {
        guard let found = try await store.find(id, tenant: tenant) else { throw noSubscription(id) }
        return found
    }

    func noSubscription(_ id: SubscriptionID) -> CommandError {
        CommandError("the tenant \(tenant) has no subscription \(id)")
    }

    /// Prints a subscription, with its secret where it is new: it is shown once.
    func show(_ subscription: StoredSubscription, secret: SubscriptionSecret? = nil) {
        if json {
            var writer = JSONWriter()
            writer.subscription(subscription, secret: secret)
            StandardStreams.print(writer.bytes)
        } else {
            StandardStreams.print(SubscriptionSheet.text(subscription, secret: secret))
        }
    }
}
