internal import Postgres
internal import WebhookCore

private let columns = """
    key, id, event_id, event_name, subscription_id, status, retry_count, next_retry_at, error_message, delivered_at
    """

/// A row of the list: a delivery, or the place where the walk has stopped.
enum DeliveryRow {
    case delivery(StoredDelivery)
    case stopped(DeliveryCursor)

    fileprivate init(_ row: inout RowReader) throws(PostgresError) {
        let key = try row.int64()
        guard let id = try row.int64OrNil() else {
            self = .stopped(DeliveryCursor(key: key, id: 0))
            return
        }
        let event = try row.int64OrNil().map(EventID.init(rawValue:))
        let name = try row.textOrNil()
        let subscription = try SubscriptionID(rawValue: row.int32())
        guard let status = try DeliveryStatus(rawValue: row.text()) else {
            throw .undecodable(detail: "the status of a delivery is none of this program's")
        }
        self = try .delivery(
            StoredDelivery(
                id: DeliveryID(rawValue: id), eventID: event, eventName: name, subscriptionID: subscription,
                status: status, retryCount: Int(row.int32()),
                nextRetryAt: row.timestampOrNil().map(Timestamp.init(microsecondsSinceUnixEpoch:)),
                error: row.textOrNil(),
                deliveredAt: row.timestampOrNil().map(Timestamp.init(microsecondsSinceUnixEpoch:)),
                cursor: DeliveryCursor(key: key, id: id)))
    }
}

struct SelectDeliveries: Statement {
    let filter: DeliveryFilter
    let tenant: String
    let after: DeliveryCursor
    let limit: Int

    static let sql = "SELECT \(columns) FROM martlet.list_deliveries($1, $2, $3, $4, $5, $6, $7, $8)"

    func encode(into parameters: inout Parameters) {
        parameters.text(tenant)
        parameters.int4(filter.subscription?.rawValue)
        parameters.text(filter.event?.text)
        parameters.text(filter.status?.rawValue)
        parameters.timestamptz(microsecondsSinceUnixEpoch: filter.since?.microsecondsSinceUnixEpoch)
        parameters.int8(after.key)
        parameters.int8(after.id)
        parameters.int4(Int32(clamping: limit))
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> DeliveryRow { try DeliveryRow(&row) }
}

struct SelectDelivery: Statement {
    let id: DeliveryID
    let tenant: String

    static let sql = "SELECT \(columns) FROM martlet.find_delivery($1, $2)"

    func encode(into parameters: inout Parameters) {
        parameters.int8(id.rawValue)
        parameters.text(tenant)
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> DeliveryRow { try DeliveryRow(&row) }
}

/// The ids come from the table, through its indexes; what was sent is rendered by the view.
struct SelectRecordedAttempts: Statement {
    let delivery: DeliveryID
    let tenant: String

    static let sql = """
        SELECT attempt::int, created_at, request_url, request_headers,
               CASE WHEN row_number() OVER (ORDER BY id DESC) = 1 THEN request_payload END,
               response_code::int, response_body, duration_ms, error_message
        FROM martlet.webhook_deliveries
        WHERE id = ANY (ARRAY(
            SELECT id
            FROM martlet.attempts
            WHERE id >= $1 >> 22 << 22
              AND ((delivery_id = $1 AND queue_ids IS NULL)
                   OR (martlet.times_of_ids(queue_ids) @> ARRAY[$1 >> 32] AND queue_ids @> ARRAY[$1]))
              AND tenant = $2
            ORDER BY id DESC
            LIMIT 50))
          AND tenant = $2
        ORDER BY id
        """

    func encode(into parameters: inout Parameters) {
        parameters.int8(delivery.rawValue)
        parameters.text(tenant)
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> RecordedAttempt {
        try RecordedAttempt(
            number: Int(row.int32()), sentAt: Timestamp(microsecondsSinceUnixEpoch: row.timestamp()),
            requestURL: row.textOrNil(), requestHeaders: row.bytesOrNil(), requestPayload: row.textOrNil(),
            responseCode: row.int32OrNil().map { Int($0) }, responseBody: row.textOrNil(),
            duration: .milliseconds(row.int32()), error: row.textOrNil())
    }
}

struct RetryDelivery: Statement {
    let id: DeliveryID
    let tenant: String

    static let sql = "SELECT outcome, id FROM martlet.retry_delivery($1, $2)"

    func encode(into parameters: inout Parameters) {
        parameters.int8(id.rawValue)
        parameters.text(tenant)
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> RetryAnswer {
        let outcome = try row.text()
        switch outcome {
        case "queued": return try .queued(DeliveryID(rawValue: row.int64()))
        case "missing": return .noSuchDelivery
        case "deleted": return .subscriptionIsDeleted
        case "inactive": return .subscriptionIsInactive
        case "dropped": return .eventIsNoLongerKept
        default: throw .undecodable(detail: "the answer to a retry is none of this program's")
        }
    }
}
