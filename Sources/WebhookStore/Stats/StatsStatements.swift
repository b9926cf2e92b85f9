internal import Postgres
internal import WebhookCore

/// Which hours, and which page of them.
struct StatsRange: Sendable {
    let tenant: String
    let since: Timestamp
    let until: Timestamp
    let after: StatsCursor?
    let limit: Int

    /// `$1` to `$6`.
    static let condition = """
        tenant = $1 AND hour >= $2 AND hour < $3 AND hour <= $4 AND (hour < $4 OR subscription_id > $5)
        ORDER BY hour DESC, subscription_id
        LIMIT $6
        """

    func encode(into parameters: inout Parameters) {
        parameters.text(tenant)
        parameters.timestamptz(microsecondsSinceUnixEpoch: since.microsecondsSinceUnixEpoch)
        parameters.timestamptz(microsecondsSinceUnixEpoch: until.microsecondsSinceUnixEpoch)
        // Without a page before, all hours are earlier than one that is not among them.
        parameters.timestamptz(microsecondsSinceUnixEpoch: (after?.hour ?? until).microsecondsSinceUnixEpoch)
        parameters.int4(after?.subscriptionID.rawValue ?? 0)
        parameters.int4(Int32(clamping: limit))
    }
}

private let statsColumns =
    "subscription_id, hour, attempts, delivered, failed, exhausted, success_rate, p50_ms, p95_ms, p99_ms"

extension DeliveryStats {
    fileprivate init(_ row: inout RowReader) throws(PostgresError) {
        try self.init(
            subscriptionID: SubscriptionID(rawValue: row.int32()),
            hour: Timestamp(microsecondsSinceUnixEpoch: row.timestamp()), attempts: Int(row.int32()),
            delivered: Int(row.int32()), failed: Int(row.int32()), exhausted: Int(row.int32()),
            successRate: row.double(), p50: Int(row.int32()), p95: Int(row.int32()), p99: Int(row.int32()))
    }
}

struct SelectStats: Statement {
    let range: StatsRange

    static let sql = "SELECT \(statsColumns) FROM martlet.webhook_stats WHERE \(StatsRange.condition)"
    func encode(into parameters: inout Parameters) { range.encode(into: &parameters) }
    static func decode(_ row: inout RowReader) throws(PostgresError) -> DeliveryStats { try DeliveryStats(&row) }
}

/// Equality, so that the planner looks for this subscription wherever the view looks.
struct SelectStatsOfSubscription: Statement {
    let subscription: SubscriptionID
    let range: StatsRange

    static let sql = """
        SELECT \(statsColumns) FROM martlet.webhook_stats WHERE subscription_id = $7 AND \(StatsRange.condition)
        """

    func encode(into parameters: inout Parameters) {
        range.encode(into: &parameters)
        parameters.int4(subscription.rawValue)
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> DeliveryStats { try DeliveryStats(&row) }
}

private let healthColumns = """
    subscription_id, name, state, disabled_reason, queue_depth, queue_depth_is_exact,
    extract(epoch FROM oldest_due_age)::double precision, attempts_24h::bigint, delivered_24h::bigint, success_rate,
    last_error, last_error_at
    """

extension SubscriptionHealth {
    fileprivate init(_ row: inout RowReader) throws(PostgresError) {
        try self.init(
            subscriptionID: SubscriptionID(rawValue: row.int32()), name: row.text(), state: row.text(),
            disabledReason: row.textOrNil(), queueDepth: Int(row.int64()), queueDepthIsExact: row.bool(),
            oldestDueAge: row.doubleOrNil().map { .seconds($0) }, attempts: Int(row.int64()),
            delivered: Int(row.int64()), successRate: row.doubleOrNil(), lastError: row.textOrNil(),
            lastErrorAt: row.timestampOrNil().map(Timestamp.init(microsecondsSinceUnixEpoch:)))
    }
}

struct SelectHealth: Statement {
    let tenant: String
    let after: SubscriptionID
    let limit: Int

    static let sql = """
        SELECT \(healthColumns) FROM martlet.webhook_health
        WHERE tenant = $1 AND subscription_id > $2
        ORDER BY subscription_id
        LIMIT $3
        """

    func encode(into parameters: inout Parameters) {
        parameters.text(tenant)
        parameters.int4(after.rawValue)
        parameters.int4(Int32(clamping: limit))
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> SubscriptionHealth {
        try SubscriptionHealth(&row)
    }
}

struct SelectHealthOfSubscription: Statement {
    let subscription: SubscriptionID
    let tenant: String

    static let sql = """
        SELECT \(healthColumns) FROM martlet.webhook_health WHERE tenant = $1 AND subscription_id = $2
        """

    func encode(into parameters: inout Parameters) {
        parameters.text(tenant)
        parameters.int4(subscription.rawValue)
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> SubscriptionHealth {
        try SubscriptionHealth(&row)
    }
}
