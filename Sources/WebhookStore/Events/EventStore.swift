public import Postgres
public import WebhookCore

/// Events in the database, for people who look.
public struct EventStore: Sendable {
    private let database: PostgresClient

    public init(_ database: PostgresClient) {
        self.database = database
    }

    /// The newest first, without their data, of which a page might hold a hundred megabytes; `before` is the last one of
    /// the page before.
    public func list(
        tenant: String, before: EventID?, limit: Int, deadline: Duration? = nil
    ) async throws(PostgresError) -> [StoredEvent] {
        try await database.execute(
            SelectEvents(tenant: tenant, before: before ?? EventID(rawValue: .max), limit: limit), deadline: deadline)
    }

    /// The event and its deliveries, those that somebody had sent again among them; what was delivered more than 24 hours
    /// ago is left out.
    public func find(
        _ id: EventID, tenant: String, deadline: Duration? = nil
    ) async throws(PostgresError) -> (event: StoredEvent, deliveries: [QueuedDelivery])? {
        let found = try await database.execute(SelectEvent(id: id, tenant: tenant), deadline: deadline)
        guard let event = found.first else { return nil }
        return (event, try await database.execute(SelectDeliveriesOfEvent(id: id, tenant: tenant), deadline: deadline))
    }
}

private let columns = "id, event_name, coalesce(occurred_at, martlet.id_time(id))"

extension StoredEvent {
    fileprivate init(_ row: inout RowReader) throws(PostgresError) {
        id = try EventID(rawValue: row.int64())
        name = try row.text()
        occurredAt = try Timestamp(microsecondsSinceUnixEpoch: row.timestamp())
        createdAt = id.time
        data = try row.bytesOrNil()
    }
}

struct SelectEvents: Statement {
    let tenant: String
    let before: EventID
    let limit: Int

    static let sql = """
        SELECT \(columns), NULL::json FROM martlet.events WHERE tenant = $1 AND id < $2 ORDER BY id DESC LIMIT $3
        """

    func encode(into parameters: inout Parameters) {
        parameters.text(tenant)
        parameters.int8(before.rawValue)
        parameters.int4(Int32(clamping: limit))
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> StoredEvent { try StoredEvent(&row) }
}

private struct SelectEvent: Statement {
    let id: EventID
    let tenant: String

    static let sql = "SELECT \(columns), payload FROM martlet.events WHERE tenant = $1 AND id = $2"

    func encode(into parameters: inout Parameters) {
        parameters.text(tenant)
        parameters.int8(id.rawValue)
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> StoredEvent { try StoredEvent(&row) }
}

/// The deliveries made with an event share the milliseconds of its id, or run on into the next one, so a range of delivery
/// ids finds them through indexes. Those made later, when somebody had it sent again, have indexes of their own
/// (`martlet.is_resent`); what went out in a batch is looked for among the batches of a day.
struct SelectDeliveriesOfEvent: Statement {
    let id: EventID
    let tenant: String

    static let sql = """
        WITH bound AS MATERIALIZED (
            SELECT $1 >> 22 << 22 AS first_id, ($1 >> 22 << 22) + 2 * 4194304 - 1 AS last_id,
                   greatest($1, martlet.id_floor(now() - interval '24 hours')) AS oldest_attempt
        )
        SELECT id, subscription_id, 'pending' AS status, 0 AS retry_count, martlet.id_time(id) AS next_retry_at,
               NULL::text AS error_message, NULL::timestamptz AS delivered_at
        FROM martlet.pending
        WHERE id BETWEEN (SELECT first_id FROM bound) AND (SELECT last_id FROM bound)
          AND event_id = $1
          AND tenant = $2
        UNION ALL
        SELECT id, subscription_id, status, retry_count, next_retry_at, error_message, NULL
        FROM martlet.waiting
        WHERE event_id = $1 AND tenant = $2
        UNION ALL
        SELECT delivery_id, subscription_id, 'delivered', attempt - 1, NULL, NULL, martlet.id_time(id)
        FROM martlet.attempts
        WHERE delivery_id BETWEEN (SELECT first_id FROM bound) AND (SELECT last_id FROM bound)
          AND event_id = $1
          AND queue_ids IS NULL
          AND outcome = 'd'
          AND id > (SELECT oldest_attempt FROM bound)
          AND tenant = $2
        UNION ALL
        SELECT delivery_id, subscription_id, 'delivered', attempt - 1, NULL, NULL, martlet.id_time(id)
        FROM martlet.attempts
        WHERE event_id = $1
          AND martlet.is_resent(delivery_id, event_id)
          AND queue_ids IS NULL
          AND outcome = 'd'
          AND id > (SELECT oldest_attempt FROM bound)
          AND tenant = $2
        UNION ALL
        SELECT entry.id, attempt.subscription_id, 'delivered', attempt.attempt - 1, NULL, NULL,
               martlet.id_time(attempt.id)
        FROM martlet.attempts AS attempt
        CROSS JOIN LATERAL unnest(attempt.queue_ids, attempt.event_ids) AS entry (id, event_id)
        WHERE attempt.queue_ids IS NOT NULL
          AND attempt.event_ids @> ARRAY[$1]
          AND attempt.outcome = 'd'
          AND attempt.id > (SELECT oldest_attempt FROM bound)
          AND attempt.tenant = $2
          AND entry.event_id = $1
        ORDER BY id
        LIMIT 1000
        """

    func encode(into parameters: inout Parameters) {
        parameters.int8(id.rawValue)
        parameters.text(tenant)
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> QueuedDelivery {
        try QueuedDelivery(
            id: DeliveryID(rawValue: row.int64()), subscriptionID: SubscriptionID(rawValue: row.int32()),
            status: row.text(), retryCount: Int(row.int32()),
            nextRetryAt: row.timestampOrNil().map(Timestamp.init(microsecondsSinceUnixEpoch:)),
            error: row.textOrNil(),
            deliveredAt: row.timestampOrNil().map(Timestamp.init(microsecondsSinceUnixEpoch:)))
    }
}
