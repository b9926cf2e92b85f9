import ArgumentParser
import GatewayAPI
import GatewayRuntime
import JSONFilter
import Postgres
import WebhookCore
import WebhookStore

/// The flags that every `martlet deliveries` command has.
struct DeliveryAccess: ParsableArguments {
    @OptionGroup var databaseFlags: DatabaseFlags

    @Option(help: "Whose deliveries.")
    var tenant = "default"

    @Flag(help: "Print JSON.")
    var json = false

    /// Lends the database to `body`.
    func withDatabase<Result: Sendable>(_ body: (PostgresClient) async throws -> Result) async throws -> Result {
        try await databaseFlags.withDatabase(body)
    }

    /// Prints a delivery with its attempts.
    func show(_ id: DeliveryID) async throws {
        let (delivery, attempts) = try await withDatabase { client in
            let store = DeliveryStore(client)
            guard let found = try await store.find(id, tenant: tenant) else { throw noDelivery(id) }
            return (found, try await store.attempts(of: id, tenant: tenant))
        }
        if json {
            var writer = JSONWriter()
            writer.delivery(delivery, attempts: attempts)
            StandardStreams.print(writer.bytes)
        } else {
            StandardStreams.print(DeliverySheet.text(delivery, attempts: attempts))
        }
    }

    func noDelivery(_ id: DeliveryID) -> CommandError {
        CommandError("the tenant \(tenant) has no delivery \(id)")
    }
}

/// A time on the command line: RFC 3339, or how long ago.
enum TimeArgument {
    static func parse(_ text: String, flag: String) throws -> Timestamp {
        if let time = Timestamp(rfc3339: text) { return time }
        guard let ago = DurationText.parse(text) else {
            throw UsageError("\(flag) must be a time such as 2026-11-22T15:04:05Z, or how long ago, such as 24h")
        }
        return Timestamp.now - ago
    }
}
