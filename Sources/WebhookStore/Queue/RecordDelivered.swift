public import Postgres
internal import WebhookCore

/// Records plain successes (`FinishedAttempt.isPlainSuccess`) as a set: attempts logged, rows deleted, breakers reset.
///
/// Fenced: returns how many rows were still the worker's, or nobody's. Fewer than given means that leases were lost, and
/// that the receivers may see those events again.
public struct RecordDelivered: Statement {
    public let worker: WorkerID
    public let attempts: [FinishedAttempt]

    public init(worker: WorkerID, attempts: [FinishedAttempt]) {
        self.worker = worker
        self.attempts = attempts
    }

    public static let sql = "SELECT martlet.record_delivered($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"

    public func encode(into parameters: inout Parameters) {
        parameters.int4(worker.rawValue)
        parameters.int8Array(attempts.map { $0.delivery.id.rawValue })
        parameters.int8Array(attempts.map { $0.delivery.eventID?.rawValue })
        parameters.int4Array(attempts.map { $0.subscription.id.rawValue })
        parameters.int4Array(attempts.map { $0.subscription.version })
        parameters.textArray(attempts.map { $0.delivery.tenant })
        parameters.timestamptzArray(microsecondsSinceUnixEpoch: attempts.map { $0.sentAt.microsecondsSinceUnixEpoch })
        parameters.int4Array(attempts.map(\.durationMilliseconds))
        parameters.int2Array(attempts.map(\.statusCode))
        parameters.textArray(attempts.map(\.responseText))
        parameters.textArray(attempts.map(\.signature))
    }

    public static func decode(_ row: inout RowReader) throws(PostgresError) -> Int { try Int(row.int32()) }
}
