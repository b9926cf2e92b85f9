public import Postgres
public import WebhookCore

/// Deliveries in the database, for people who look, and who want them sent again.
public struct DeliveryStore: Sendable {
    private let database: PostgresClient

    public init(_ database: PostgresClient) {
        self.database = database
    }

    /// The latest first: by when they were queued, those that arrived by when they did.
    public func list(
        _ filter: DeliveryFilter, tenant: String, after: DeliveryCursor?, limit: Int, deadline: Duration? = nil
    ) async throws(PostgresError) -> DeliveryPage {
        // One more than the page shows tells whether there is another page.
        let rows = try await database.execute(
            SelectDeliveries(filter: filter, tenant: tenant, after: after ?? .start, limit: limit + 1),
            deadline: deadline)
        var deliveries: [StoredDelivery] = []
        for row in rows {
            switch row {
            case .delivery where deliveries.count == limit:
                return DeliveryPage(deliveries: deliveries, next: deliveries.last?.cursor)
            case .delivery(let delivery): deliveries.append(delivery)
            case .stopped(let cursor): return DeliveryPage(deliveries: deliveries, next: cursor)
            }
        }
        return DeliveryPage(deliveries: deliveries, next: nil)
    }

    public func find(
        _ id: DeliveryID, tenant: String, deadline: Duration? = nil
    ) async throws(PostgresError) -> StoredDelivery? {
        guard
            case .delivery(let found)? = try await database.execute(
                SelectDelivery(id: id, tenant: tenant), deadline: deadline
            ).first
        else { return nil }
        return found
    }

    /// The latest 50, in the order in which they were made.
    public func attempts(
        of delivery: DeliveryID, tenant: String, deadline: Duration? = nil
    ) async throws(PostgresError) -> [RecordedAttempt] {
        try await database.execute(SelectRecordedAttempts(delivery: delivery, tenant: tenant), deadline: deadline)
    }

    /// What waits is due at once; what failed begins anew; what was delivered goes out as a new delivery.
    public func retry(
        _ id: DeliveryID, tenant: String, deadline: Duration? = nil
    ) async throws(PostgresError) -> RetryAnswer {
        try await database.execute(RetryDelivery(id: id, tenant: tenant), deadline: deadline).first ?? .noSuchDelivery
    }
}
