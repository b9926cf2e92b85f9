import Postgres

struct SelectSealedHeaders: Statement {
    static let sql = "SELECT sealed_headers FROM martlet.subscriptions ORDER BY id"

    static func decode(_ row: inout RowReader) throws(PostgresError) -> [UInt8] { try row.bytes() }
}
