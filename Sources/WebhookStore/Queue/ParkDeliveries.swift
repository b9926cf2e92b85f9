public import Postgres
public import WebhookCore

/// Moves claimed first attempts into the lanes of their subscriptions: saturated, slow or inactive ones. Those of a
/// subscription that is deleted are cancelled. Returns how many were still the worker's.
public struct ParkDeliveries: Statement {
    public let worker: WorkerID
    public let deliveries: [DeliveryID]

    public init(worker: WorkerID, deliveries: [DeliveryID]) {
        self.worker = worker
        self.deliveries = deliveries
    }

    public static let sql = "SELECT martlet.park($1, $2)"

    public func encode(into parameters: inout Parameters) {
        parameters.int4(worker.rawValue)
        parameters.int8Array(deliveries.map(\.rawValue))
    }

    public static func decode(_ row: inout RowReader) throws(PostgresError) -> Int { try Int(row.int32()) }
}

/// Gives claimed deliveries back untouched, due at once.
public struct GiveBackDeliveries: Statement {
    public let worker: WorkerID
    public let deliveries: [DeliveryID]

    public init(worker: WorkerID, deliveries: [DeliveryID]) {
        self.worker = worker
        self.deliveries = deliveries
    }

    public static let sql = "SELECT true FROM (SELECT martlet.give_back($1, $2)) AS done"

    public func encode(into parameters: inout Parameters) {
        parameters.int4(worker.rawValue)
        parameters.int8Array(deliveries.map(\.rawValue))
    }

    public static func decode(_ row: inout RowReader) throws(PostgresError) -> Bool { try row.bool() }
}

/// After a claim was lost on its way: gives back what is leased to the worker and not among `held`.
public struct GiveBackUnknown: Statement {
    public let worker: WorkerID
    /// Everything the worker knows of.
    public let held: [DeliveryID]
    /// What is leased out of lanes, else what is leased out of the fast lane.
    public let lanes: Bool

    public init(worker: WorkerID, held: [DeliveryID], lanes: Bool) {
        self.worker = worker
        self.held = held
        self.lanes = lanes
    }

    public static let sql = "SELECT true FROM (SELECT martlet.give_back_unknown($1, $2, $3)) AS done"

    public func encode(into parameters: inout Parameters) {
        parameters.int4(worker.rawValue)
        parameters.int8Array(held.map(\.rawValue))
        parameters.bool(lanes)
    }

    public static func decode(_ row: inout RowReader) throws(PostgresError) -> Bool { try row.bool() }
}

/// Extends the leases of deliveries that are still in the air. Returns those that are still the worker's.
public struct RenewLeases: Statement {
    public let worker: WorkerID
    public let deliveries: [DeliveryID]
    public let lease: Duration

    public init(worker: WorkerID, deliveries: [DeliveryID], lease: Duration) {
        self.worker = worker
        self.deliveries = deliveries
        self.lease = lease
    }

    public static let sql = "SELECT martlet.renew_leases($1, $2, make_interval(secs => $3))"

    public func encode(into parameters: inout Parameters) {
        parameters.int4(worker.rawValue)
        parameters.int8Array(deliveries.map(\.rawValue))
        parameters.float8(lease / .seconds(1))
    }

    public static func decode(_ row: inout RowReader) throws(PostgresError) -> DeliveryID {
        try DeliveryID(rawValue: row.int64())
    }
}

/// After the worker's session was lost: leases anew what it has of the fast lane and has not sent. Returns those that are
/// the worker's now; the others have been taken meanwhile.
public struct ConfirmLeases: Statement {
    public let worker: WorkerID
    public let deliveries: [DeliveryID]
    public let lease: Duration

    public init(worker: WorkerID, deliveries: [DeliveryID], lease: Duration) {
        self.worker = worker
        self.deliveries = deliveries
        self.lease = lease
    }

    public static let sql = "SELECT martlet.confirm_leases($1, $2, make_interval(secs => $3))"

    public func encode(into parameters: inout Parameters) {
        parameters.int4(worker.rawValue)
        parameters.int8Array(deliveries.map(\.rawValue))
        parameters.float8(lease / .seconds(1))
    }

    public static func decode(_ row: inout RowReader) throws(PostgresError) -> DeliveryID {
        try DeliveryID(rawValue: row.int64())
    }
}

/// Moves up to `limit` unclaimed first attempts of a subscription that turned slow into its lane, and sends its new
/// deliveries there too. Returns how many it moved: call again while it is `limit`.
public struct DivertSubscription: Statement {
    public let subscription: SubscriptionID
    public let limit: Int

    public init(subscription: SubscriptionID, limit: Int) {
        self.subscription = subscription
        self.limit = limit
    }

    public static let sql = "SELECT martlet.divert($1, $2)"

    public func encode(into parameters: inout Parameters) {
        parameters.int4(subscription.rawValue)
        parameters.int4(Int32(clamping: limit))
    }

    public static func decode(_ row: inout RowReader) throws(PostgresError) -> Int { try Int(row.int32()) }
}
