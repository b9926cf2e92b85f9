import ArgumentParser
import GatewayAPI
import JSONFilter
import WebhookCore
import WebhookStore

/// `martlet deliveries list`
struct ListDeliveries: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List deliveries, the latest first.")

    @Option(help: "Only those for this subscription.")
    var subscription: SubscriptionID?

    @Option(help: "Only those of this event: a name, 'prefix.*' or '*'.")
    var event: String?

    @Option(help: "pending, retry, delivered or failed.")
    var status: DeliveryStatus?

    @Option(help: "Only those queued since: 2026-11-22T15:04:05Z, or how long ago, such as 24h.")
    var since: String?

    @Option(help: "At most so many, up to 10000.")
    var limit = 100

    @OptionGroup var access: DeliveryAccess

    private static let pageSize = 100

    func validate() throws {
        guard (1...10_000).contains(limit) else { throw ArgumentParser.ValidationError("--limit must be 1 to 10000") }
    }

    func run() async throws {
        let filter = try DeliveryFilter(
            subscription: subscription,
            event: event.map { text in
                try usage { () throws(WebhookCore.ValidationError) in try EventPattern(text, member: "--event") }
            },
            status: status, since: since.map { try TimeArgument.parse($0, flag: "--since") })
        let deliveries = try await access.withDatabase { client in
            try await found(in: DeliveryStore(client), filter)
        }
        if access.json {
            var writer = JSONWriter()
            writer.beginArray()
            for delivery in deliveries { writer.delivery(delivery) }
            writer.endArray()
            StandardStreams.print(writer.bytes)
        } else {
            var table = Table(
                ["ID", "SUBSCRIPTION", "EVENT", "STATUS", "RETRIES", "NEXT", "CREATED", "ERROR"],
                empty: "the tenant \(access.tenant) has no such delivery")
            table.rows = deliveries.map { delivery in
                [
                    "\(delivery.id)", "\(delivery.subscriptionID)", delivery.eventName ?? "-",
                    delivery.status.rawValue, "\(delivery.retryCount)", delivery.nextRetryAt?.rfc3339() ?? "-",
                    delivery.createdAt.rfc3339(), delivery.error ?? "",
                ]
            }
            StandardStreams.print(table.text)
        }
    }

    private func found(in store: DeliveryStore, _ filter: DeliveryFilter) async throws -> [StoredDelivery] {
        var found: [StoredDelivery] = []
        var after: DeliveryCursor?
        while found.count < limit {
            let page = try await store.list(
                filter, tenant: access.tenant, after: after, limit: min(Self.pageSize, limit - found.count))
            found += page.deliveries
            guard let next = page.next else { break }
            after = next
        }
        return found
    }
}
