internal import Postgres
internal import WebhookCore

/// Stores a set of events and the deliveries they make, in one transaction, which wakes a sleeping worker when it
/// commits. A row per event, in order.
struct DispatchEvents: Statement {
    let events: [Event]

    // The rows are all there before the first is returned, so workers are woken for what is stored. Both subselects run
    // at most once, and only if something is to be delivered: the second one, if somebody sleeps then.
    static let sql = """
        SELECT id, deliveries, duplicate,
               CASE WHEN deliveries > 0 AND (SELECT last_value FROM martlet.sleepers) = 2
                   THEN (SELECT martlet.wake_once())
               END
        FROM martlet.dispatch_many($1, $2, $3, $4, $5)
        """

    func encode(into parameters: inout Parameters) {
        parameters.textArray(events.map(\.name.text))
        parameters.jsonArray(events.map(\.data))
        // NULL spares the function a look at the keys.
        parameters.textArray(events.contains { $0.idempotencyKey != nil } ? events.map(\.idempotencyKey) : nil)
        parameters.textArray(events.map(\.tenant))
        parameters.timestamptzArray(
            microsecondsSinceUnixEpoch: events.contains { $0.occurredAt != nil }
                ? events.map { $0.occurredAt?.microsecondsSinceUnixEpoch } : nil)
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> RecordedEvent {
        try RecordedEvent(
            id: EventID(rawValue: row.int64()), deliveries: Int(row.int32()), isDuplicate: row.bool())
    }
}

/// Wakes a sleeping worker when this has committed: for what another transaction has made.
struct WakeWorkers: Statement {
    static let sql = "SELECT martlet.wake_once()"
    static func decode(_ row: inout RowReader) throws(PostgresError) -> Bool { try row.bool() }
}
