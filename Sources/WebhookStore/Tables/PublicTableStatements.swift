internal import JSONFilter
internal import Postgres
internal import WebhookCore

/// What the statements of a page return: the table, then its rows.
enum PageRow: Sendable {
    case table(TablePage)
    case row(TableRow)

    init(_ row: inout RowReader) throws(PostgresError) {
        row.skip()
        guard let title = try row.textOrNil() else {
            row.skip()
            row.skip()
            row.skip()
            row.skip()
            self = .row(try TableRow(stored: row.bytes()))
            return
        }
        self = .table(
            TablePage(
                title: title, headers: try .init(headers: row.bytes()), version: try row.int64(),
                rowCount: try Int(row.int32()), number: try Int(row.int32()), rows: []))
    }
}

extension TableRow {
    fileprivate init(stored json: [UInt8]) throws(PostgresError) {
        do {
            try self.init(json: json)
        } catch {
            throw .undecodable(detail: "a row is not a JSON array of strings")
        }
    }
}

extension [String] {
    /// The column `headers`: a JSON array of strings.
    init(headers json: [UInt8]) throws(PostgresError) {
        guard let headers = try? JSONValue(parsing: json).arrayValue?.compactMap(\.stringValue) else {
            throw .undecodable(detail: "headers is not a JSON array of strings")
        }
        self = headers
    }
}

/// The table of a page, and which page that is: the one that is asked for, or the last.
private func shown(where condition: String) -> String {
    """
    SELECT id, tenant, title, headers, version, row_count,
           greatest(least($2, (row_count + \(TablePage.rowsMax - 1)) / \(TablePage.rowsMax)), 1) AS page
    FROM martlet.tables
    WHERE id = $1 AND \(condition)
    """
}

/// The rows of `place` in their order, behind the row of the table itself: one statement, so that no push comes between.
private let pageOfPlaces = """
    SELECT 0::bigint AS ordinal, title, headers, version, row_count, page, NULL::text AS cells
    FROM shown
    UNION ALL
    SELECT ordinal, NULL, NULL, NULL, NULL, NULL, cells
    FROM (SELECT ordinal, cells, sum(octet_length(cells)) OVER (ORDER BY ordinal) AS bytes FROM place) AS weighed
    WHERE bytes <= \(TablePage.bytesMax) OR ordinal = (SELECT min(ordinal) FROM place)
    ORDER BY ordinal
    """

/// The rows of the chunk `chunk`, a row each, counted from 1.
private let rowsOfChunk = "json_array_elements(('[' || chunk.rows || ']')::json) WITH ORDINALITY AS row (cells, number)"

/// A page of rows as they were pushed: a range of the key.
struct SelectPage: Statement {
    let id: TableID
    let page: Int
    /// Whose table it is; `nil`: anybody's that is public.
    let tenant: String?

    static let sql = """
        WITH shown AS MATERIALIZED (
            \(shown(where: "CASE WHEN $3::text IS NULL THEN is_public ELSE tenant = $3 END"))
        ),
        span AS MATERIALIZED (
            SELECT (page - 1) * \(TablePage.rowsMax)::bigint AS before, page * \(TablePage.rowsMax)::bigint AS last
            FROM shown
        ),
        place AS MATERIALIZED (
            SELECT chunk.position + row.number - 1 AS ordinal, row.cells::text AS cells
            FROM martlet.table_rows AS chunk CROSS JOIN LATERAL \(rowsOfChunk)
            WHERE chunk.table_id = $1
              -- From the chunk that the page begins in.
              AND chunk.position >= (
                  SELECT max(first.position)
                  FROM martlet.table_rows AS first
                  WHERE first.table_id = $1 AND first.position <= (SELECT before + 1 FROM span))
              AND chunk.position <= (SELECT last FROM span)
              AND chunk.position + row.number - 1 > (SELECT before FROM span)
              AND chunk.position + row.number - 1 <= (SELECT last FROM span)
        )
        \(pageOfPlaces)
        """

    func encode(into parameters: inout Parameters) {
        parameters.int4(id.rawValue)
        parameters.int4(Int32(clamping: page))
        parameters.text(tenant)
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> PageRow { try PageRow(&row) }
}

/// A page of rows in the order of a column: by number where every cell of the column is a number or empty, else by the
/// text without its tags, in the collation of the database; empty cells last, equal ones as they were pushed.
///
/// Only the keys of the whole table are sorted, the first 200 characters of each, and PostgreSQL does that in `work_mem`
/// and then on disk.
struct SelectSortedPage: Statement {
    let id: TableID
    let page: Int
    let order: TableOrder

    static let sql = """
        WITH shown AS MATERIALIZED (\(shown(where: "is_public"))),
        key AS MATERIALIZED (
            SELECT chunk.position, row.number,
                   nullif(lower(btrim(left(
                       regexp_replace(left(row.cells ->> ($3 - 1), 2000), '<[^>]*>', '', 'g'), 200))), '') AS text
            FROM martlet.table_rows AS chunk CROSS JOIN LATERAL \(rowsOfChunk)
            WHERE chunk.table_id = (SELECT id FROM shown)
        ),
        nature AS MATERIALIZED (
            SELECT bool_and(text ~ '^[+-]?[0-9]{1,100}([.][0-9]{1,100})?(e[+-]?[0-9]{1,2})?$') AS is_numeric FROM key
        ),
        sorted AS MATERIALIZED (
            SELECT key.position, key.number
            FROM key CROSS JOIN nature
            ORDER BY key.text IS NULL,
                     CASE WHEN is_numeric AND NOT $4 THEN text::numeric END,
                     CASE WHEN is_numeric AND $4 THEN text::numeric END DESC,
                     CASE WHEN NOT is_numeric AND NOT $4 THEN text END,
                     CASE WHEN NOT is_numeric AND $4 THEN text END DESC,
                     key.position, key.number
            LIMIT \(TablePage.rowsMax)
            OFFSET (SELECT (page - 1) * \(TablePage.rowsMax)::bigint FROM shown)
        ),
        place AS MATERIALIZED (
            SELECT numbered.ordinal, (('[' || chunk.rows || ']')::json -> (numbered.number - 1)::int)::text AS cells
            FROM (SELECT position, number, row_number() OVER () AS ordinal FROM sorted) AS numbered
            JOIN martlet.table_rows AS chunk ON chunk.table_id = $1 AND chunk.position = numbered.position
        )
        \(pageOfPlaces)
        """

    func encode(into parameters: inout Parameters) {
        parameters.int4(id.rawValue)
        parameters.int4(Int32(clamping: page))
        parameters.int4(Int32(clamping: order.column))
        parameters.bool(order.descends)
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> PageRow { try PageRow(&row) }
}
