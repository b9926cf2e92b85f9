public import Postgres
internal import WebhookCore

/// Records batches that were delivered (`FinishedAttempt.isDeliveredBatch`) as a set, as `RecordDelivered` does single
/// deliveries.
///
/// Fenced: returns how many of them were still the worker's.
public struct RecordBatches: Statement {
    public let worker: WorkerID
    public let attempts: [FinishedAttempt]

    public init(worker: WorkerID, attempts: [FinishedAttempt]) {
        self.worker = worker
        self.attempts = attempts
    }

    public static let sql = "SELECT martlet.record_batches($1, $2, $3, $4, $5, $6, $7, $8)"

    public func encode(into parameters: inout Parameters) {
        parameters.int4(worker.rawValue)
        parameters.int8Array(attempts.map { $0.delivery.id.rawValue })
        parameters.int4Array(attempts.map { $0.subscription.version })
        parameters.timestamptzArray(microsecondsSinceUnixEpoch: attempts.map { $0.sentAt.microsecondsSinceUnixEpoch })
        parameters.int4Array(attempts.map(\.durationMilliseconds))
        parameters.int2Array(attempts.map(\.statusCode))
        parameters.textArray(attempts.map(\.responseText))
        parameters.textArray(attempts.map(\.signature))
    }

    public static func decode(_ row: inout RowReader) throws(PostgresError) -> Int { try Int(row.int32()) }
}
