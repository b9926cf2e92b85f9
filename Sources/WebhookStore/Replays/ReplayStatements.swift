public import Postgres
internal import WebhookCore

struct StartReplay: Statement {
    let request: ReplayRequest
    let tenant: String
    let rows: Int

    static let sql = "SELECT outcome, id FROM martlet.start_replay($1, $2, $3, $4, $5, $6, $7, $8)"

    func encode(into parameters: inout Parameters) {
        parameters.int4(request.subscription.rawValue)
        parameters.text(tenant)
        parameters.timestamptz(microsecondsSinceUnixEpoch: request.since.microsecondsSinceUnixEpoch)
        parameters.timestamptz(microsecondsSinceUnixEpoch: request.until?.microsecondsSinceUnixEpoch)
        parameters.text(request.outcome.rawValue)
        parameters.text(request.event.text)
        parameters.text(request.requestID)
        parameters.int4(Int32(clamping: rows))
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> ReplayAnswer {
        let outcome = try row.text()
        switch outcome {
        case "started": return try .started(ReplayID(rawValue: row.int64()))
        case "duplicate": return try .duplicate(ReplayID(rawValue: row.int64()))
        case "missing": return .noSuchSubscription
        case "inactive": return .subscriptionIsInactive
        default: throw .undecodable(detail: "the answer to a replay is none of this program's")
        }
    }
}

struct SelectReplay: Statement {
    let id: ReplayID
    let tenant: String

    static let sql = """
        SELECT id, subscription_id, request_id, first_id, end_id, status, event, state, position, queued,
               not_replayable, finished_at
        FROM martlet.replays
        WHERE id = $1 AND tenant = $2
        """

    func encode(into parameters: inout Parameters) {
        parameters.int8(id.rawValue)
        parameters.text(tenant)
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> StoredReplay {
        let id = try ReplayID(rawValue: row.int64())
        let subscription = try SubscriptionID(rawValue: row.int32())
        let request = try row.textOrNil()
        let since = try ReplayID(rawValue: row.int64()).time
        let until = try ReplayID(rawValue: row.int64()).time
        let outcome = try ReplayRequest.Outcome(rawValue: row.text())
        let event = try row.text()
        let state = try StoredReplay.State(rawValue: row.text())
        guard let outcome, let state else {
            throw .undecodable(detail: "the state of a replay is none of this program's")
        }
        return try StoredReplay(
            id: id, subscriptionID: subscription, requestID: request, since: since, until: until, outcome: outcome,
            event: event, state: state, position: max(since, ReplayID(rawValue: row.int64()).time),
            queued: row.int64(), notReplayable: row.int64(),
            finishedAt: row.timestampOrNil().map(Timestamp.init(microsecondsSinceUnixEpoch:)))
    }
}

struct CancelReplay: Statement {
    let id: ReplayID
    let tenant: String

    static let sql = "SELECT martlet.cancel_replay($1, $2)"

    func encode(into parameters: inout Parameters) {
        parameters.int8(id.rawValue)
        parameters.text(tenant)
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> Bool? { try row.boolOrNil() }
}

/// One step of each replay that is running; one worker of all does it, the others find none.
public struct AdvanceReplays: Statement {
    public struct Row: Sendable, Equatable {
        public let running: Int
        /// 0: none of them could go on, or none is running.
        public let rowsLookedAt: Int
    }

    /// For each replay.
    public let rowsMax: Int

    public init(rowsMax: Int) { self.rowsMax = rowsMax }

    public static let sql = "SELECT running, looked_at FROM martlet.advance_replays($1)"

    public func encode(into parameters: inout Parameters) { parameters.int4(Int32(clamping: rowsMax)) }

    public static func decode(_ row: inout RowReader) throws(PostgresError) -> Row {
        try Row(running: Int(row.int32()), rowsLookedAt: Int(row.int32()))
    }
}
