internal import Postgres
internal import WebhookCore

/// The columns of `StoredSubscription`, in the order in which `StoredSubscription.init(_:)` reads them.
private let columns = """
    id, tenant, name, url, events, profile, queue_mode, event_order, batch_size, batch_interval_seconds,
    custom_headers, max_retries, timeout_seconds, concurrency, rate_limit, rate_burst, ordering, disable_on_gone,
    active, failure_count, disabled_reason, diverted, version, created_at, updated_at, secret, previous_secret, previous_secret_until,
    sealed_headers
    """

extension StoredSubscription {
    fileprivate init(_ row: inout RowReader) throws(PostgresError) {
        id = try SubscriptionID(rawValue: row.int32())
        tenant = try row.text()
        settings = try SubscriptionSettings(stored: &row)
        isActive = try row.bool()
        failureCount = try Int(row.int32())
        disabledReason = try row.textOrNil()
        isDiverted = try row.bool()
        version = try row.int32()
        createdAt = try Timestamp(microsecondsSinceUnixEpoch: row.timestamp())
        updatedAt = try Timestamp(microsecondsSinceUnixEpoch: row.timestamp())
        secret = try row.bytes()
        previousSecret = try row.bytesOrNil()
        previousSecretUntil = try row.timestampOrNil().map(Timestamp.init(microsecondsSinceUnixEpoch:))
        sealedHeaders = try row.bytesOrNil()
    }
}

extension SubscriptionSettings {
    /// Reads the columns from `name` to `disable_on_gone`, whose values were checked when they were stored.
    fileprivate init(stored row: inout RowReader) throws(PostgresError) {
        let name = try row.text()
        let url = try SubscriptionURL(stored: row.text())
        let events = try row.textArray().map { EventPattern(stored: $0) }
        guard let profile = try Profile(rawValue: row.text()) else {
            throw .undecodable(detail: "the profile of a subscription is none of this program's")
        }
        self.init(
            name: name, url: url, events: events, profile: profile,
            queueMode: try row.textOrNil().flatMap(QueueMode.init(rawValue:)),
            eventOrder: try row.textOrNil().flatMap(EventOrder.init(rawValue:)),
            batchSize: try Int(row.int32()),
            batchInterval: try row.int32OrNil().map { .seconds($0) },
            customHeaders: try Self.headers(row.bytes()),
            maxRetries: try Int(row.int16()),
            timeout: try .seconds(row.int16()),
            concurrency: try row.int32OrNil().map { Int($0) },
            rateLimit: try row.doubleOrNil(),
            rateBurst: try row.int32OrNil().map { Int($0) },
            ordering: try Ordering(stored: row.text()),
            disablesOnGone: try row.boolOrNil())
    }

    private static func headers(_ json: [UInt8]) throws(PostgresError) -> CustomHeaders {
        do {
            return try CustomHeaders(storedJSON: json)
        } catch {
            throw .undecodable(detail: "custom_headers is no JSON object")
        }
    }
}

extension Parameters {
    /// `name` to `disable_on_gone`: `$1` to `$17` of the statements below.
    fileprivate mutating func append(_ settings: SubscriptionSettings, sealedHeaders: [UInt8]?) {
        text(settings.name)
        text(settings.url.text)
        textArray(settings.events.map(\.text))
        text(settings.profile.rawValue)
        text(settings.queueMode?.rawValue)
        text(settings.eventOrder?.rawValue)
        int4(Int32(settings.batchSize))
        int4(settings.batchInterval.map { Int32($0 / .seconds(1)) })
        json(settings.customHeaders.json)
        bytea(sealedHeaders)
        int2(Int16(settings.maxRetries))
        int2(Int16(settings.timeout / .seconds(1)))
        int4(settings.concurrency.map { Int32($0) })
        float8(settings.rateLimit)
        int4(settings.rateBurst.map { Int32($0) })
        text(settings.ordering.text)
        bool(settings.disablesOnGone)
    }
}

/// The id of a subscription about to be inserted: its secret is sealed for that id.
struct ReserveSubscriptionID: Statement {
    static let sql = "SELECT nextval(pg_get_serial_sequence('martlet.subscriptions', 'id'))::int"
    static func decode(_ row: inout RowReader) throws(PostgresError) -> SubscriptionID {
        try SubscriptionID(rawValue: row.int32())
    }
}

struct InsertSubscription: Statement {
    let id: SubscriptionID
    let tenant: String
    let settings: SubscriptionSettings
    let secret: [UInt8]
    let sealedHeaders: [UInt8]?

    static let sql = """
        INSERT INTO martlet.subscriptions (
            name, url, events, profile, queue_mode, event_order, batch_size, batch_interval_seconds, custom_headers,
            sealed_headers, max_retries, timeout_seconds, concurrency, rate_limit, rate_burst, ordering,
            disable_on_gone, id, tenant, secret)
        OVERRIDING SYSTEM VALUE
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
        RETURNING \(columns)
        """

    func encode(into parameters: inout Parameters) {
        parameters.append(settings, sealedHeaders: sealedHeaders)
        parameters.int4(id.rawValue)
        parameters.text(tenant)
        parameters.bytea(secret)
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> StoredSubscription {
        try StoredSubscription(&row)
    }
}

/// Replaces the settings, unless somebody changed them since `version` was read: then no row comes back.
struct UpdateSubscription: Statement {
    let id: SubscriptionID
    let tenant: String
    let version: Int32
    let settings: SubscriptionSettings
    let sealedHeaders: [UInt8]?
    /// `nil`: the one there is.
    let secret: [UInt8]?

    static let sql = """
        UPDATE martlet.subscriptions
        SET name = $1, url = $2, events = $3, profile = $4, queue_mode = $5, event_order = $6, batch_size = $7,
            batch_interval_seconds = $8, custom_headers = $9, sealed_headers = $10, max_retries = $11,
            timeout_seconds = $12, concurrency = $13, rate_limit = $14, rate_burst = $15, ordering = $16,
            disable_on_gone = $17,
            secret = coalesce($21, secret),
            -- A replaced secret is void at once, and so is one that waited for its end.
            previous_secret = CASE WHEN $21 IS NULL AND $4 = profile THEN previous_secret END,
            previous_secret_until = CASE WHEN $21 IS NULL AND $4 = profile THEN previous_secret_until END
        WHERE id = $18 AND tenant = $19 AND version = $20
        RETURNING \(columns)
        """

    func encode(into parameters: inout Parameters) {
        parameters.append(settings, sealedHeaders: sealedHeaders)
        parameters.int4(id.rawValue)
        parameters.text(tenant)
        parameters.int4(version)
        parameters.bytea(secret)
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> StoredSubscription {
        try StoredSubscription(&row)
    }
}

/// Replaces the secret. With an overlap the old one signs beside the new one for that long.
struct RotateSecret: Statement {
    let id: SubscriptionID
    let tenant: String
    let version: Int32
    let secret: [UInt8]
    /// The old secret as it is sealed; `nil`: void at once.
    let previousSecret: [UInt8]?
    let overlap: Duration?

    static let sql = """
        UPDATE martlet.subscriptions
        SET secret = $4, previous_secret = $5, previous_secret_until = now() + make_interval(secs => $6)
        WHERE id = $1 AND tenant = $2 AND version = $3
        RETURNING \(columns)
        """

    func encode(into parameters: inout Parameters) {
        parameters.int4(id.rawValue)
        parameters.text(tenant)
        parameters.int4(version)
        parameters.bytea(secret)
        parameters.bytea(previousSecret)
        parameters.float8(overlap.map { $0 / .seconds(1) })
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> StoredSubscription {
        try StoredSubscription(&row)
    }
}

struct SelectSubscription: Statement {
    let id: SubscriptionID
    let tenant: String

    static let sql = "SELECT \(columns) FROM martlet.subscriptions WHERE id = $1 AND tenant = $2"

    func encode(into parameters: inout Parameters) {
        parameters.int4(id.rawValue)
        parameters.text(tenant)
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> StoredSubscription {
        try StoredSubscription(&row)
    }
}

/// Those of these subscriptions that there are, whatever their tenants: a worker's question.
struct SelectSubscriptionsByID: Statement {
    let ids: [SubscriptionID]

    static let sql = "SELECT \(columns) FROM martlet.subscriptions WHERE id = ANY ($1)"

    func encode(into parameters: inout Parameters) {
        parameters.int4Array(ids.map(\.rawValue))
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> StoredSubscription {
        try StoredSubscription(&row)
    }
}

/// The subscriptions of a tenant (`nil`: all) in the order of their ids, after `after`.
struct SelectSubscriptions: Statement {
    let tenant: String?
    let after: SubscriptionID
    let limit: Int

    static let sql = """
        SELECT \(columns)
        FROM martlet.subscriptions
        WHERE ($1::text IS NULL OR tenant = $1) AND id > $2
        ORDER BY id
        LIMIT $3
        """

    func encode(into parameters: inout Parameters) {
        parameters.text(tenant)
        parameters.int4(after.rawValue)
        parameters.int4(Int32(clamping: limit))
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> StoredSubscription {
        try StoredSubscription(&row)
    }
}

/// False: there is no such subscription.
struct DeleteSubscription: Statement {
    let id: SubscriptionID
    let tenant: String

    static let sql = "SELECT martlet.delete_subscription($1, $2)"

    func encode(into parameters: inout Parameters) {
        parameters.int4(id.rawValue)
        parameters.text(tenant)
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> Bool { try row.bool() }
}

/// False: there is no such subscription.
struct ActivateSubscription: Statement {
    let id: SubscriptionID
    let tenant: String

    static let sql = "SELECT martlet.activate_subscription($1, $2)"

    func encode(into parameters: inout Parameters) {
        parameters.int4(id.rawValue)
        parameters.text(tenant)
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> Bool { try row.bool() }
}

/// False: there is no such subscription.
struct DeactivateSubscription: Statement {
    let id: SubscriptionID
    let tenant: String
    let reason: String

    static let sql = "SELECT martlet.deactivate_subscription($1, $2, $3)"

    func encode(into parameters: inout Parameters) {
        parameters.int4(id.rawValue)
        parameters.text(tenant)
        parameters.text(reason)
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> Bool { try row.bool() }
}

/// Queues one test delivery; its id, or `nil` when there is no such subscription.
struct DispatchTest: Statement {
    let id: SubscriptionID
    let tenant: String
    let event: EventName
    let data: [UInt8]

    static let sql = "SELECT martlet.dispatch_test($1, $2, $3, $4)"

    func encode(into parameters: inout Parameters) {
        parameters.int4(id.rawValue)
        parameters.text(tenant)
        parameters.text(event.text)
        parameters.json(data)
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> DeliveryID? {
        try row.int64OrNil().map(DeliveryID.init(rawValue:))
    }
}

/// What came of a test; no row while it has not been recorded.
struct SelectTestOutcome: Statement {
    let delivery: DeliveryID

    static let sql = """
        SELECT outcome = 'd', response_code, duration_ms, error_message
        FROM martlet.attempts
        WHERE delivery_id = $1
        """

    func encode(into parameters: inout Parameters) { parameters.int8(delivery.rawValue) }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> TestOutcome {
        try TestOutcome(
            isDelivered: row.bool(), statusCode: row.int16OrNil().map { Int($0) },
            duration: .milliseconds(row.int32()), error: row.textOrNil())
    }
}

/// Takes back a test that no worker has taken. Returns its id, or no row when one has.
struct CancelTest: Statement {
    let delivery: DeliveryID

    static let sql = "SELECT martlet.cancel_test($1)"

    func encode(into parameters: inout Parameters) { parameters.int8(delivery.rawValue) }
    static func decode(_ row: inout RowReader) throws(PostgresError) -> Bool { try row.bool() }
}
