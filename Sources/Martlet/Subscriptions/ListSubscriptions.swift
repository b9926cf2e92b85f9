import ArgumentParser
import JSONFilter
import WebhookCore
import WebhookStore

/// `martlet subscriptions list`
struct ListSubscriptions: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the subscriptions of a tenant.")

    @OptionGroup var access: SubscriptionAccess

    private static let pageSize = 100

    func run() async throws {
        let subscriptions = try await access.withStore { store, _ in try await all(in: store) }
        if access.json {
            var writer = JSONWriter()
            writer.beginArray()
            for subscription in subscriptions { writer.subscription(subscription) }
            writer.endArray()
            StandardStreams.print(writer.bytes)
        } else {
            var table = Table(
                ["ID", "NAME", "STATE", "PROFILE", "EVENTS", "URL"],
                empty: "the tenant \(access.tenant) has no subscription")
            table.rows = subscriptions.map { subscription in
                let settings = subscription.settings
                return [
                    "\(subscription.id)", settings.name, subscription.stateText, settings.profile.rawValue,
                    settings.events.map(\.text).joined(separator: " "), settings.url.text,
                ]
            }
            StandardStreams.print(table.text)
        }
    }

    private func all(in store: SubscriptionStore) async throws -> [StoredSubscription] {
        var found: [StoredSubscription] = []
        while true {
            let page = try await store.list(tenant: access.tenant, after: found.last?.id, limit: Self.pageSize)
            found += page
            if page.count < Self.pageSize { return found }
        }
    }
}
