public import Postgres
public import WebhookCore

/// Leases up to `limit` first attempts to `worker`, oldest first. Two workers never hold the same live lease.
///
/// Fewer than `limit`: there were no more, and whoever dispatches from now on notifies `martlet_work`.
public struct ClaimPending: Statement {
    public let worker: WorkerID
    public let limit: Int
    /// Only ids above this are looked at: see `ScanPosition`.
    public let above: Int64
    public let lease: Duration

    public init(worker: WorkerID, limit: Int, above: Int64, lease: Duration) {
        self.worker = worker
        self.limit = limit
        self.above = above
        self.lease = lease
    }

    public static let sql = """
        SELECT id, event_id, subscription_id, tenant, test, version, event_name, occurred_at, payload
        FROM martlet.claim_pending($1, $2, $3, make_interval(secs => $4))
        """

    public func encode(into parameters: inout Parameters) {
        parameters.int4(worker.rawValue)
        parameters.int4(Int32(clamping: limit))
        parameters.int8(above)
        parameters.float8(lease / .seconds(1))
    }

    public static func decode(_ row: inout RowReader) throws(PostgresError) -> ClaimedDelivery {
        let id = try DeliveryID(rawValue: row.int64())
        let eventID = try EventID(rawValue: row.int64())
        let subscriptionID = try SubscriptionID(rawValue: row.int32())
        let tenant = try row.text()
        let isTest = try row.bool()
        let version = try row.int32OrNil()
        return try ClaimedDelivery(
            id: id, tenant: tenant, subscriptionID: subscriptionID, subscriptionVersion: version, attempt: 1,
            content: .event(
                eventID,
                Payload.Entry(
                    eventName: row.text(), occurredAt: Timestamp(microsecondsSinceUnixEpoch: row.timestamp()),
                    data: row.bytes())),
            lane: isTest ? .test : .fast)
    }
}
