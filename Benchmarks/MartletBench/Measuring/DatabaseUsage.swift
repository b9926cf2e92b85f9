import Postgres

/// What PostgreSQL has been asked and has written, as counters that only grow.
struct DatabaseUsage: Sendable {
    /// Statements of clients, those inside of functions not counted.
    let statements: Int64
    /// Bytes of the write-ahead log, of the whole server.
    let logBytes: Int64

    /// - Parameter server: connected to another database than the one that is measured.
    static func read(of database: String, from server: PostgresClient, countsStatements: Bool) async throws
        -> DatabaseUsage
    {
        let rows =
            countsStatements
            ? try await server.execute(SelectStatementUsage(database: database))
            : try await server.execute(SelectTransactionUsage(database: database))
        guard let usage = rows.first else { throw HelperError("PostgreSQL has no statistics of \(database)") }
        return usage
    }

    static func - (end: DatabaseUsage, start: DatabaseUsage) -> DatabaseUsage {
        DatabaseUsage(statements: end.statements - start.statements, logBytes: end.logBytes - start.logBytes)
    }

    private init(statements: Int64, logBytes: Int64) {
        (self.statements, self.logBytes) = (statements, logBytes)
    }

    fileprivate static func decode(_ row: inout RowReader) throws(PostgresError) -> DatabaseUsage {
        DatabaseUsage(statements: try row.int64(), logBytes: try row.int64())
    }
}

/// Written into every statement of the benchmark itself, so that it does not count.
let ownStatementMark = "/* martlet-bench */"

private struct SelectStatementUsage: Statement {
    let database: String

    static let sql = """
        SELECT (SELECT coalesce(sum(statement.calls), 0)::int8
                FROM pg_stat_statements AS statement
                JOIN pg_database AS database ON database.oid = statement.dbid
                WHERE database.datname = $1
                  AND statement.query NOT LIKE '%\(ownStatementMark)%'),
               (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::int8
        """

    func encode(into parameters: inout Parameters) {
        parameters.text(database)
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> DatabaseUsage {
        try DatabaseUsage.decode(&row)
    }
}

/// Where pg_stat_statements is not installed: every hot statement is a transaction of its own. The server updates this
/// counter up to a second late.
private struct SelectTransactionUsage: Statement {
    let database: String

    static let sql = """
        SELECT (xact_commit + xact_rollback)::int8,
               (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::int8
        FROM pg_stat_database
        WHERE datname = $1
        """

    func encode(into parameters: inout Parameters) {
        parameters.text(database)
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> DatabaseUsage {
        try DatabaseUsage.decode(&row)
    }
}
