import ArgumentParser
import GatewayRuntime
import JSONFilter
import WebhookCore
import WebhookStore

/// `martlet stats`
struct StatsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats",
        abstract: "Show how the subscriptions of a tenant do.",
        discussion: """
            A line for each subscription: its state, what waits for it, how long the first of what is due waits, and the \
            attempts of the last 24 hours. With --hourly: a line for each hour and subscription.
            """)

    @OptionGroup var databaseFlags: DatabaseFlags

    @Option(help: "Whose subscriptions.")
    var tenant = "default"

    @Option(help: "Only this subscription.")
    var subscription: SubscriptionID?

    @Flag(help: "Attempts by hour, the newest first.")
    var hourly = false

    @Option(help: "How far back --hourly goes, e.g. 6h.")
    var last = "24h"

    @Flag(help: "Print JSON.")
    var json = false

    private static let pageSize = 1_000

    func validate() throws {
        guard DurationText.parse(last) != nil else { throw ValidationError("--last must be a duration like 6h") }
    }

    func run() async throws {
        try await databaseFlags.withDatabase { client in
            let store = StatsStore(client)
            if hourly {
                show(try await hours(in: store), in: HourTable.self)
            } else {
                show(try await health(in: store), in: HealthTable.self)
            }
        }
    }

    private func hours(in store: StatsStore) async throws -> [DeliveryStats] {
        let now = Timestamp.now
        var found: [DeliveryStats] = []
        while true {
            let page = try await store.hours(
                of: subscription, tenant: tenant, since: now - (DurationText.parse(last) ?? .zero),
                until: now + .seconds(3_600), after: found.last?.cursor, limit: Self.pageSize)
            found += page
            if page.count < Self.pageSize { return found }
        }
    }

    private func health(in store: StatsStore) async throws -> [SubscriptionHealth] {
        if let subscription {
            guard let found = try await store.health(of: subscription, tenant: tenant) else {
                throw CommandError("the tenant \(tenant) has no subscription \(subscription)")
            }
            return [found]
        }
        var found: [SubscriptionHealth] = []
        while true {
            let page = try await store.health(tenant: tenant, after: found.last?.subscriptionID, limit: Self.pageSize)
            found += page
            if page.count < Self.pageSize { return found }
        }
    }

    private func show<Rows: StatsTable>(_ rows: [Rows.Row], in _: Rows.Type) {
        if json {
            var writer = JSONWriter()
            writer.beginArray()
            for row in rows { Rows.write(row, to: &writer) }
            writer.endArray()
            StandardStreams.print(writer.bytes)
        } else {
            var table = Table(Rows.headings, empty: "the tenant \(tenant) has none")
            table.rows = rows.map(Rows.cells)
            StandardStreams.print(table.text)
        }
    }
}
