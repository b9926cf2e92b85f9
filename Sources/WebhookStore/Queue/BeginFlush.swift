public import Postgres

/// Says that `worker` is `process-webhooks`: it sends what waits in queued mode now, whatever the interval.
public struct BeginFlush: Statement {
    public let worker: WorkerID

    public init(worker: WorkerID) { self.worker = worker }

    public static let sql = "SELECT true FROM (SELECT martlet.begin_flush($1)) AS done"
    public func encode(into parameters: inout Parameters) { parameters.int4(worker.rawValue) }
    public static func decode(_ row: inout RowReader) throws(PostgresError) -> Bool { try row.bool() }
}
