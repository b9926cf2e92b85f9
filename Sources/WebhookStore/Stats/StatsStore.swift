public import Postgres
public import WebhookCore

/// The statistics in the database.
public struct StatsStore: Sendable {
    private let database: PostgresClient

    public init(_ database: PostgresClient) {
        self.database = database
    }

    /// The hours from `since` to before `until`, the newest first; those of an hour in the order of their subscriptions.
    ///
    /// - Parameters:
    ///   - subscription: `nil`: of all of the tenant.
    ///   - after: the last row of the page before.
    public func hours(
        of subscription: SubscriptionID?, tenant: String, since: Timestamp, until: Timestamp, after: StatsCursor?,
        limit: Int, deadline: Duration? = nil
    ) async throws(PostgresError) -> [DeliveryStats] {
        let range = StatsRange(tenant: tenant, since: since, until: until, after: after, limit: limit)
        guard let subscription else {
            return try await database.execute(SelectStats(range: range), deadline: deadline)
        }
        return try await database.execute(
            SelectStatsOfSubscription(subscription: subscription, range: range), deadline: deadline)
    }

    /// The subscriptions of a tenant in the order of their ids, after `after`.
    public func health(
        tenant: String, after: SubscriptionID?, limit: Int, deadline: Duration? = nil
    ) async throws(PostgresError) -> [SubscriptionHealth] {
        try await database.execute(
            SelectHealth(tenant: tenant, after: after ?? SubscriptionID(rawValue: 0), limit: limit),
            deadline: deadline)
    }

    /// `nil`: the tenant has no such subscription.
    public func health(
        of subscription: SubscriptionID, tenant: String, deadline: Duration? = nil
    ) async throws(PostgresError) -> SubscriptionHealth? {
        try await database.execute(
            SelectHealthOfSubscription(subscription: subscription, tenant: tenant), deadline: deadline
        ).first
    }
}
