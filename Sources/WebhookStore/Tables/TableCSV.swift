public import Postgres
public import WebhookCore

/// The rows of a table as CSV, part by part: a header record, then a record a row, cells as text without markup.
///
/// However large the table, a part is all that is in memory. What was appended after the beginning is not in it. When the
/// rows are replaced meanwhile it ends with ``TableReplaced`` instead of mixing two tables.
public struct TableCSV: AsyncSequence, Sendable {
    public typealias Element = [UInt8]

    /// Short rows are not filled up beyond so many columns: headings are cheap, and empty fields would be millions.
    static let columnsFilledMax = 1_000

    /// The table as it is at the beginning.
    public let table: StoredTable
    private let headers: [String]
    /// The version that the rows were last replaced in.
    private let rowsSince: Int64
    private let database: PostgresClient

    /// - Parameter tenant: `nil`: whosever it is.
    static func find(
        _ id: TableID, tenant: String?, in database: PostgresClient, deadline: Duration? = nil
    ) async throws(PostgresError) -> TableCSV? {
        guard let found = try await database.execute(SelectTableHead(id: id, tenant: tenant), deadline: deadline).first
        else { return nil }
        return TableCSV(table: found.table, headers: found.headers, rowsSince: found.rowsSince, database: database)
    }

    public var hasHeader: Bool { !headers.isEmpty }

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(csv: self) }

    public struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let csv: TableCSV
        /// The header record counts as a part of the first rows.
        private var isAtBeginning = true
        private var rowsBefore = 0

        fileprivate init(csv: TableCSV) { self.csv = csv }

        public mutating func next() async throws -> [UInt8]? {
            var bytes: [UInt8] = []
            if isAtBeginning, csv.hasHeader { CSVLine.append(csv.headers.lazy.map(CellText.of), to: &bytes) }
            isAtBeginning = false
            guard rowsBefore < csv.table.rowCount else { return bytes.isEmpty ? nil : bytes }
            let chunks = try await csv.database.execute(
                SelectChunks(id: csv.table.id, rowsBefore: rowsBefore, rowsSince: csv.rowsSince))
            guard !chunks.isEmpty else { throw TableReplaced() }
            for chunk in chunks {
                let rows = try TableRow.all(inChunk: chunk).prefix(csv.table.rowCount - rowsBefore)
                for row in rows { append(row.cells, to: &bytes) }
                rowsBefore += rows.count
            }
            return bytes
        }

        /// Rows that are shorter than the header record are filled up.
        private func append(_ cells: [String], to bytes: inout [UInt8]) {
            let filled = Swift.min(csv.headers.count, TableCSV.columnsFilledMax)
            let missing = repeatElement("", count: Swift.max(0, filled - cells.count))
            CSVLine.append(cells.map(CellText.of) + missing, to: &bytes)
        }
    }
}

/// The rows that were being read have been replaced or deleted.
public struct TableReplaced: Error {}

/// What a CSV file begins with.
private struct SelectTableHead: Statement {
    let id: TableID
    /// `nil`: whosever it is.
    let tenant: String?

    struct Head: Sendable {
        let table: StoredTable
        let headers: [String]
        let rowsSince: Int64
    }

    static let sql = """
        SELECT \(StoredTable.columns), headers, rows_since
        FROM martlet.tables
        WHERE id = $1 AND ($2::text IS NULL OR tenant = $2)
        """

    func encode(into parameters: inout Parameters) {
        parameters.int4(id.rawValue)
        parameters.text(tenant)
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> Head {
        try Head(table: StoredTable(&row), headers: [String](headers: row.bytes()), rowsSince: row.int64())
    }
}

/// Chunks from one that begins behind `rowsBefore` rows: those that begin within a thousand rows, and no more than fit in a
/// part but for the first. None: the rows are others than those of version `rowsSince`.
private struct SelectChunks: Statement {
    let id: TableID
    let rowsBefore: Int
    let rowsSince: Int64

    private static let rowsMax = 1_000
    private static let bytesMax = 1 << 20

    static let sql = """
        SELECT rows
        FROM (
            SELECT chunk.position, chunk.rows, sum(octet_length(chunk.rows)) OVER (ORDER BY chunk.position) AS bytes
            FROM martlet.tables AS target
            JOIN martlet.table_rows AS chunk ON chunk.table_id = target.id AND chunk.tenant = target.tenant
            WHERE target.id = $1 AND target.rows_since = $3
              AND chunk.position > $2 AND chunk.position <= $2 + \(rowsMax)
        ) AS weighed
        WHERE bytes <= \(bytesMax) OR position = $2 + 1
        ORDER BY position
        """

    func encode(into parameters: inout Parameters) {
        parameters.int4(id.rawValue)
        parameters.int4(Int32(clamping: rowsBefore))
        parameters.int8(rowsSince)
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> [UInt8] { try row.bytes() }
}
