internal import Postgres

/// One migration runs at a time; released by hand or with the session.
struct TakeMigrationLock: Statement {
    static let sql = "SELECT true FROM (SELECT pg_advisory_lock(1298233450, 0)) AS taken"
    static func decode(_ row: inout RowReader) throws(PostgresError) -> Bool { try row.bool() }
}

struct ReleaseMigrationLock: Statement {
    static let sql = "SELECT pg_advisory_unlock(1298233450, 0)"
    static func decode(_ row: inout RowReader) throws(PostgresError) -> Bool { try row.bool() }
}

/// What has been applied. Version 0 is the functions, and those below 0 are the functions of releases before, the latest
/// first in this order. Fails with `undefinedTable` before the first migration.
struct SelectMigrations: Statement {
    struct Row: Sendable {
        let version: Int32
        let checksum: String
    }

    static let sql = "SELECT version, checksum FROM martlet.schema_migrations ORDER BY version"

    static func decode(_ row: inout RowReader) throws(PostgresError) -> Row {
        try Row(version: row.int32(), checksum: row.text())
    }
}
