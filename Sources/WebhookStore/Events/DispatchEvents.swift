internal import Postgres
internal import WebhookCore

/// Stores a set of events and the deliveries they make, in one transaction. A row per event, in order.
struct DispatchEvents: Statement {
    struct Row: Sendable {
        let recorded: RecordedEvent
        /// Whether a worker slept when the set had been stored and was about to be committed.
        let isWorkerAsleep: Bool
    }

    let events: [Event]

    static let sql = """
        SELECT id, deliveries, duplicate, (SELECT last_value FROM martlet.sleepers) = 2
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

    static func decode(_ row: inout RowReader) throws(PostgresError) -> Row {
        try Row(
            recorded: RecordedEvent(
                id: EventID(rawValue: row.int64()), deliveries: Int(row.int32()), isDuplicate: row.bool()),
            isWorkerAsleep: row.bool())
    }
}

/// Wakes a sleeping worker, after the commit of what it should see.
struct WakeWorkers: Statement {
    static let sql = "SELECT martlet.wake_once()"
    static func decode(_ row: inout RowReader) throws(PostgresError) -> Bool { try row.bool() }
}
