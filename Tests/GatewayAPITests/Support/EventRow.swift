import Postgres

/// What is stored of an event.
struct EventRow: Sendable, Equatable {
    let name: String
    let tenant: String
    let data: String
}

struct SelectEventRows: Statement {
    static let sql = "SELECT event_name, tenant, payload::text FROM martlet.events ORDER BY id"

    static func decode(_ row: inout RowReader) throws(PostgresError) -> EventRow {
        try EventRow(name: row.text(), tenant: row.text(), data: row.text())
    }
}
