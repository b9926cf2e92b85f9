public import Postgres
public import WebhookCore

/// Leases due lanes to `worker`, and of all of them up to `limit` due deliveries in equal parts, batches among them. The
/// lanes stay leased until `ReleaseLanes`; out of the lane of an ordered or limited subscription its worker may claim again.
public struct ClaimLanes: Statement {
    public let worker: WorkerID
    /// Lanes at most.
    public let lanes: Int
    /// Deliveries at most, but one of each lane.
    public let limit: Int
    public let lease: Duration
    /// Subscriptions that this worker cannot sign for.
    public let except: [SubscriptionID]
    /// Ordered lanes of this worker, due or not: it is done with a key and there may be more of it.
    public let again: [SubscriptionID]

    public init(
        worker: WorkerID, lanes: Int, limit: Int, lease: Duration, except: [SubscriptionID] = [],
        again: [SubscriptionID] = []
    ) {
        self.worker = worker
        self.lanes = lanes
        self.limit = limit
        self.lease = lease
        self.except = except
        self.again = again
    }

    public static let sql = """
        SELECT id, event_id, subscription_id, tenant, retry_count, version, event_name, occurred_at, payload,
               wait_ms, order_key, event_names, moments, payloads
        FROM martlet.claim_waiting($1, $2, $3, make_interval(secs => $4), $5, $6)
        """

    public func encode(into parameters: inout Parameters) {
        parameters.int4(worker.rawValue)
        parameters.int4(Int32(clamping: lanes))
        parameters.int4(Int32(clamping: limit))
        parameters.float8(lease / .seconds(1))
        parameters.int4Array(except.map(\.rawValue))
        parameters.int4Array(again.map(\.rawValue))
    }

    public static func decode(_ row: inout RowReader) throws(PostgresError) -> ClaimedDelivery {
        let id = try DeliveryID(rawValue: row.int64())
        let eventID = try row.int64OrNil().map(EventID.init(rawValue:))
        let subscriptionID = try SubscriptionID(rawValue: row.int32())
        let tenant = try row.text()
        let retryCount = try row.int16()
        let version = try row.int32OrNil()
        let content: ClaimedDelivery.Content
        let wait: Int32
        let orderKey: Int64?
        if let eventID {
            content = try .event(
                eventID,
                Payload.Entry(
                    eventName: row.text(), occurredAt: Timestamp(microsecondsSinceUnixEpoch: row.timestamp()),
                    data: row.bytes()))
            wait = try row.int32()
            orderKey = try row.int64OrNil()
        } else {
            for _ in 0..<5 { row.skip() }
            (wait, orderKey) = (0, nil)
            content = try .batch(entries(&row))
        }
        return ClaimedDelivery(
            id: id, tenant: tenant, subscriptionID: subscriptionID, subscriptionVersion: version,
            attempt: Int(retryCount) + 1, content: content, lane: .waiting, wait: .milliseconds(wait),
            orderKey: orderKey)
    }

    private static func entries(_ row: inout RowReader) throws(PostgresError) -> [Payload.Entry] {
        let names = try row.textArray()
        let moments = try row.timestampArray()
        let payloads = try row.bytesArray()
        return zip(zip(names, moments), payloads).map { named, data in
            Payload.Entry(
                eventName: named.0, occurredAt: Timestamp(microsecondsSinceUnixEpoch: named.1), data: data)
        }
    }
}

/// Brings the lanes of ordered and limited subscriptions forward to what was dispatched to them. Returns in how long a
/// lane is due that `worker` may claim from, whatever its subscription; `nil`: none is.
public struct AdvancePromptLanes: Statement {
    public let worker: WorkerID
    /// Subscriptions that this worker cannot sign for.
    public let except: [SubscriptionID]

    public init(worker: WorkerID, except: [SubscriptionID] = []) {
        self.worker = worker
        self.except = except
    }

    public static let sql = "SELECT martlet.advance_prompt_lanes($1, $2)"

    public func encode(into parameters: inout Parameters) {
        parameters.int4(worker.rawValue)
        parameters.int4Array(except.map(\.rawValue))
    }

    public static func decode(_ row: inout RowReader) throws(PostgresError) -> Duration? {
        try row.int32OrNil().map { .milliseconds($0) }
    }
}

/// Gives back lanes whose claimed deliveries are all recorded. Returns how many are due again already.
public struct ReleaseLanes: Statement {
    /// One of them.
    public struct Lane: Sendable {
        public let subscription: SubscriptionID
        /// How far its sending was behind the plan of its rate limit: the next worker begins so much later.
        public let lateness: Duration

        public init(subscription: SubscriptionID, lateness: Duration = .zero) {
            self.subscription = subscription
            self.lateness = lateness
        }
    }

    public let worker: WorkerID
    public let lanes: [Lane]

    public init(worker: WorkerID, lanes: [Lane]) {
        self.worker = worker
        self.lanes = lanes
    }

    public static let sql = "SELECT martlet.release_lanes($1, $2, $3)"

    public func encode(into parameters: inout Parameters) {
        parameters.int4(worker.rawValue)
        parameters.int4Array(lanes.map(\.subscription.rawValue))
        parameters.int4Array(lanes.map { Int32(clamping: Int64($0.lateness / .milliseconds(1))) })
    }

    public static func decode(_ row: inout RowReader) throws(PostgresError) -> Int { try Int(row.int32()) }
}
