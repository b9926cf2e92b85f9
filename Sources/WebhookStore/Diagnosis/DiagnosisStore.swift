public import Postgres
public import WebhookCore

/// What an installation tells about its health, question by question.
public struct DiagnosisStore: Sendable {
    private let database: PostgresClient

    public init(_ database: PostgresClient) {
        self.database = database
    }

    public func server() async throws(PostgresError) -> ServerFacts {
        try await only(SelectServerFacts())
    }

    /// The tables that are partitioned by day.
    public func partitions() async throws(PostgresError) -> [PartitionFacts] {
        try await database.execute(SelectPartitionFacts())
    }

    public func workers() async throws(PostgresError) -> WorkerFacts {
        try await only(SelectWorkerFacts())
    }

    public func queue() async throws(PostgresError) -> QueueFacts {
        try await only(SelectQueueFacts())
    }

    /// The keys that may do everything.
    public func adminKeys() async throws(PostgresError) -> Int {
        try await only(CountAdminKeys())
    }

    private func only<S: Statement>(_ statement: S) async throws(PostgresError) -> S.Row {
        guard let row = try await database.execute(statement).first else {
            throw .undecodable(detail: "a statement that returns one row returned none")
        }
        return row
    }
}

public struct ServerFacts: Sendable, Equatable {
    public let version: String
    /// 15 for 15.8.
    public let majorVersion: Int
    /// It takes no writes.
    public let isStandby: Bool
    public let time: Timestamp
}

public struct PartitionFacts: Sendable, Equatable {
    public let table: String
    /// From now to the end of the last partition: what comes after that goes to the default partition.
    public let ahead: Duration
}

public struct WorkerFacts: Sendable, Equatable {
    public let live: Int
    /// Their sessions are gone, and nobody has given back what they held.
    public let unburied: Int
}

public struct QueueFacts: Sendable, Equatable {
    /// Leases that ended 5 s ago or more, and that nobody has taken over.
    public let stuckLeases: Int
    /// Of the delivery that has been due longest; `nil`: none is.
    public let oldestDue: Duration?
}

private struct SelectServerFacts: Statement {
    static let sql = """
        SELECT current_setting('server_version'), current_setting('server_version_num')::int / 10000,
               pg_is_in_recovery(), clock_timestamp()
        """

    static func decode(_ row: inout RowReader) throws(PostgresError) -> ServerFacts {
        try ServerFacts(
            version: row.text(), majorVersion: Int(row.int32()), isStandby: row.bool(),
            time: Timestamp(microsecondsSinceUnixEpoch: row.timestamp()))
    }
}

/// Partitions are named after their days.
private struct SelectPartitionFacts: Statement {
    static let sql = """
        SELECT parent.relname::text,
               extract(epoch FROM
                   max((to_date(right(part.relname, 8), 'YYYYMMDD') + 1)::timestamp AT TIME ZONE 'UTC') - now())::float8
        FROM pg_inherits AS link
        JOIN pg_class AS part ON part.oid = link.inhrelid
        JOIN pg_class AS parent ON parent.oid = link.inhparent
        WHERE parent.oid IN ('martlet.events'::regclass, 'martlet.attempts'::regclass)
          AND part.relname ~ '_[0-9]{8}$'
        GROUP BY parent.relname
        ORDER BY parent.relname
        """

    static func decode(_ row: inout RowReader) throws(PostgresError) -> PartitionFacts {
        try PartitionFacts(table: row.text(), ahead: .seconds(row.double()))
    }
}

/// A live worker holds the lock of its id.
private struct SelectWorkerFacts: Statement {
    static let sql = """
        SELECT count(*) FILTER (WHERE held.worker IS NOT NULL)::int, count(*) FILTER (WHERE held.worker IS NULL)::int
        FROM martlet.workers
        LEFT JOIN (
            SELECT DISTINCT objid::bigint AS worker
            FROM pg_locks
            WHERE locktype = 'advisory'
              AND granted
              AND classid::bigint = martlet.worker_lock_class()
              AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        ) AS held ON held.worker = workers.id
        WHERE workers.stopped_at IS NULL
        """

    static func decode(_ row: inout RowReader) throws(PostgresError) -> WorkerFacts {
        try WorkerFacts(live: Int(row.int32()), unburied: Int(row.int32()))
    }
}

/// What is stuck stands at the head of the fast lane: of that the first 10,000 rows are looked at.
private struct SelectQueueFacts: Statement {
    static let sql = """
        SELECT ((SELECT count(*)
                 FROM (SELECT lease_until FROM martlet.pending ORDER BY id LIMIT 10000) AS head
                 WHERE lease_until < now() - interval '5 seconds')
                + (SELECT count(*) FROM martlet.lanes WHERE lease_until < now() - interval '5 seconds'))::int,
               extract(epoch FROM now() - least(
                   (SELECT martlet.id_time(id) FROM martlet.pending ORDER BY id LIMIT 1),
                   (SELECT min(lane.due_at)
                    FROM martlet.lanes AS lane
                    JOIN martlet.subscriptions AS subscription
                        ON subscription.id = lane.subscription_id AND subscription.tenant = lane.tenant
                    WHERE lane.due_at <= now() AND lane.lease_until IS NULL AND subscription.active)))::float8
        """

    static func decode(_ row: inout RowReader) throws(PostgresError) -> QueueFacts {
        try QueueFacts(stuckLeases: Int(row.int32()), oldestDue: row.doubleOrNil().map { .seconds($0) })
    }
}

private struct CountAdminKeys: Statement {
    static let sql = "SELECT count(*)::int FROM martlet.api_keys WHERE role = 'admin'"

    static func decode(_ row: inout RowReader) throws(PostgresError) -> Int { try Int(row.int32()) }
}
