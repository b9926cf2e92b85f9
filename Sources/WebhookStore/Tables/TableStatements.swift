internal import JSONFilter
internal import Postgres
internal import WebhookCore

/// The columns of `StoredTable`, in the order in which `StoredTable.init(_:)` reads them.
private let columns = """
    id, tenant, name, title, is_public, version, row_count, row_bytes, headers, settings, formatting,
    secret IS NOT NULL, created_at, updated_at
    """

/// The same without the documents, of which a list shows nothing.
private let columnsOfList = """
    id, tenant, name, title, is_public, version, row_count, row_bytes, '[]'::json, '{}'::json, '{}'::json,
    secret IS NOT NULL, created_at, updated_at
    """

extension StoredTable {
    fileprivate init(_ row: inout RowReader) throws(PostgresError) {
        id = try TableID(rawValue: row.int32())
        tenant = try row.text()
        name = try row.text()
        title = try row.text()
        isPublic = try row.bool()
        version = try row.int64()
        rowCount = try Int(row.int32())
        rowBytes = try row.int64()
        headers = try row.bytes()
        settings = try row.bytes()
        formatting = try row.bytes()
        acceptsPushes = try row.bool()
        createdAt = try Timestamp(microsecondsSinceUnixEpoch: row.timestamp())
        updatedAt = try Timestamp(microsecondsSinceUnixEpoch: row.timestamp())
    }
}

extension Parameters {
    /// `headers`, `settings`, `formatting` and the rows; all NULL for none.
    fileprivate mutating func append(_ document: TableDocument?) {
        json(document.map { headersJSON($0.headers) })
        json(document?.settings)
        json(document?.formatting)
        textArray(document.map { $0.rows.map(ArrayLiteral.text) })
    }

    /// The same of rows alone.
    fileprivate mutating func appendRows(_ rows: [TableRow]) {
        json(nil)
        json(nil)
        json(nil)
        textArray(rows.map(ArrayLiteral.text))
    }

    /// `nil`: the table may be as it likes.
    fileprivate mutating func append(_ expected: ExpectedTable?) {
        int8Array(expected?.versionsWithPushes)
        int8Array(expected?.versionsWithoutPushes)
    }

    private func headersJSON(_ headers: [String]) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginArray()
        for header in headers { writer.string(header) }
        writer.endArray()
        return writer.bytes
    }
}

struct CreateTable: Statement {
    let tenant: String
    let title: String
    /// `nil`: one that is made of `base`.
    let name: String?
    let base: String
    let isPublic: Bool
    let document: TableDocument

    static let sql = "SELECT \(columns) FROM martlet.create_table($1, $2, $3, $4, $5, $6, $7, $8, $9)"

    func encode(into parameters: inout Parameters) {
        parameters.text(tenant)
        parameters.text(title)
        parameters.text(name)
        parameters.text(base)
        parameters.bool(isPublic)
        parameters.append(document)
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> StoredTable { try StoredTable(&row) }
}

struct SelectTable: Statement {
    let id: TableID
    /// `nil`: whosever it is.
    let tenant: String?

    static let sql = "SELECT \(columns) FROM martlet.tables WHERE id = $1 AND ($2::text IS NULL OR tenant = $2)"

    func encode(into parameters: inout Parameters) {
        parameters.int4(id.rawValue)
        parameters.text(tenant)
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> StoredTable { try StoredTable(&row) }
}

struct SelectTables: Statement {
    let tenant: String
    let after: TableID
    let limit: Int

    static let sql = """
        SELECT \(columnsOfList)
        FROM martlet.tables
        WHERE tenant = $1 AND id > $2
        ORDER BY id
        LIMIT $3
        """

    func encode(into parameters: inout Parameters) {
        parameters.text(tenant)
        parameters.int4(after.rawValue)
        parameters.int4(Int32(clamping: limit))
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> StoredTable { try StoredTable(&row) }
}

/// A table and its rows in one statement, so that no push comes between.
struct SelectTableDocument: Statement {
    let id: TableID
    /// `nil`: whosever it is.
    let tenant: String?

    static let sql = """
        SELECT \(columns), martlet.table_rows_json(id, tenant)
        FROM martlet.tables
        WHERE id = $1 AND ($2::text IS NULL OR tenant = $2)
        """

    func encode(into parameters: inout Parameters) {
        parameters.int4(id.rawValue)
        parameters.text(tenant)
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> StoredTableDocument {
        try StoredTableDocument(table: StoredTable(&row), rows: row.bytes())
    }
}

/// What a change leaves as it is, it does not name. No row: there is no such table.
struct ChangeTable: Statement {
    let id: TableID
    let tenant: String
    let expected: ExpectedTable?
    let changes: TableChanges

    static let sql = "SELECT \(columns) FROM martlet.change_table($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"

    func encode(into parameters: inout Parameters) {
        parameters.int4(id.rawValue)
        parameters.text(tenant)
        parameters.append(expected)
        parameters.text(changes.title)
        parameters.text(changes.name?.text)
        parameters.bool(changes.isPublic)
        parameters.append(changes.document)
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> StoredTable { try StoredTable(&row) }
}

/// False: there is no such table.
struct DeleteTable: Statement {
    let id: TableID
    let tenant: String
    let expected: ExpectedTable?

    static let sql = "SELECT martlet.delete_table($1, $2, $3, $4)"

    func encode(into parameters: inout Parameters) {
        parameters.int4(id.rawValue)
        parameters.text(tenant)
        parameters.append(expected)
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> Bool { try row.bool() }
}

/// False: there is no such table.
struct SetTableSecret: Statement {
    let id: TableID
    let tenant: String
    /// Sealed; `nil`: none.
    let secret: [UInt8]?

    static let sql = "SELECT martlet.set_table_secret($1, $2, $3)"

    func encode(into parameters: inout Parameters) {
        parameters.int4(id.rawValue)
        parameters.text(tenant)
        parameters.bytea(secret)
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> Bool { try row.bool() }
}

/// The sealed secret of a table, `nil` when it has none. No row: there is no such table.
struct SelectTableSecret: Statement {
    let id: TableID

    static let sql = "SELECT secret FROM martlet.tables WHERE id = $1"

    func encode(into parameters: inout Parameters) { parameters.int4(id.rawValue) }
    static func decode(_ row: inout RowReader) throws(PostgresError) -> [UInt8]? { try row.bytesOrNil() }
}

struct PushTable: Statement {
    let id: TableID
    /// Sealed, as it was when the signature was checked with it.
    let secret: [UInt8]
    let push: TablePush

    static let sql = """
        SELECT outcome, title, row_count, version
        FROM martlet.push_table($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        """

    func encode(into parameters: inout Parameters) {
        parameters.int4(id.rawValue)
        parameters.bytea(secret)
        parameters.text(push.idempotencyKey)
        parameters.text(push.title)
        switch push.change {
        case .rows(let rows):
            parameters.bool(false)
            parameters.appendRows(rows)
        case .document(let document):
            parameters.bool(false)
            parameters.append(document)
        case .append(let rows):
            parameters.bool(true)
            parameters.appendRows(rows)
        }
        parameters.int4(Int32(TableLimits.rowsMax))
        parameters.int8(Int64(TableLimits.rowBytesMax))
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> PushOutcome {
        switch try row.text() {
        case "done":
            .stored(
                try PushedTable(title: row.text(), rowCount: Int(row.int32()), version: row.int64(), isDuplicate: false)
            )
        case "duplicate":
            .stored(
                try PushedTable(title: row.text(), rowCount: Int(row.int32()), version: row.int64(), isDuplicate: true))
        case "full": .full
        case "stale": .secretChanged
        case "unknown": .unknownTable
        default: throw .undecodable(detail: "martlet.push_table returned an outcome that this program does not know")
        }
    }
}
