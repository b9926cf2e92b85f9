public import Postgres
public import WebhookCore

/// Leases due lanes to `worker`, and of all of them up to `limit` due deliveries in equal parts. The lanes stay leased
/// until `ReleaseLanes`.
public struct ClaimLanes: Statement {
    public let worker: WorkerID
    /// Lanes at most.
    public let lanes: Int
    /// Deliveries at most, but one of each lane.
    public let limit: Int
    public let lease: Duration
    /// Subscriptions that this worker cannot sign for.
    public let except: [SubscriptionID]

    public init(worker: WorkerID, lanes: Int, limit: Int, lease: Duration, except: [SubscriptionID] = []) {
        self.worker = worker
        self.lanes = lanes
        self.limit = limit
        self.lease = lease
        self.except = except
    }

    public static let sql = """
        SELECT id, event_id, subscription_id, tenant, retry_count, version, event_name, occurred_at, payload
        FROM martlet.claim_lanes($1, $2, $3, make_interval(secs => $4), $5)
        """

    public func encode(into parameters: inout Parameters) {
        parameters.int4(worker.rawValue)
        parameters.int4(Int32(clamping: lanes))
        parameters.int4(Int32(clamping: limit))
        parameters.float8(lease / .seconds(1))
        parameters.int4Array(except.map(\.rawValue))
    }

    public static func decode(_ row: inout RowReader) throws(PostgresError) -> ClaimedDelivery {
        let id = try DeliveryID(rawValue: row.int64())
        let eventID = try EventID(rawValue: row.int64())
        let subscriptionID = try SubscriptionID(rawValue: row.int32())
        let tenant = try row.text()
        let retryCount = try row.int16()
        let version = try row.int32OrNil()
        return try ClaimedDelivery(
            id: id, tenant: tenant, eventID: eventID, subscriptionID: subscriptionID,
            subscriptionVersion: version, attempt: Int(retryCount) + 1, eventName: row.text(),
            occurredAt: Timestamp(microsecondsSinceUnixEpoch: row.timestamp()), data: row.bytes(), lane: .waiting)
    }
}

/// Gives back lanes whose claimed deliveries are all recorded. Returns how many are due again already.
public struct ReleaseLanes: Statement {
    public let worker: WorkerID
    public let subscriptions: [SubscriptionID]

    public init(worker: WorkerID, subscriptions: [SubscriptionID]) {
        self.worker = worker
        self.subscriptions = subscriptions
    }

    public static let sql = "SELECT martlet.release_lanes($1, $2)"

    public func encode(into parameters: inout Parameters) {
        parameters.int4(worker.rawValue)
        parameters.int4Array(subscriptions.map(\.rawValue))
    }

    public static func decode(_ row: inout RowReader) throws(PostgresError) -> Int { try Int(row.int32()) }
}
