public import Postgres
internal import WebhookCore

/// The rows of a table as CSV, part by part: a header record, then a record a row, cells as text without markup.
///
/// However large the table, a part is all that is in memory. What was appended after the beginning is not in it. When the
/// rows are replaced meanwhile it ends with ``TableReplaced`` instead of mixing two tables.
public struct TableCSV: AsyncSequence, Sendable {
    public typealias Element = [UInt8]

    /// Short rows are not filled up beyond so many columns: headings are cheap, and empty fields would be millions.
    static let columnsFilledMax = 1_000

    private let database: PostgresClient
    private let table: StoredTable
    private let headers: [String]

    init(of table: StoredTable, in database: PostgresClient) throws(PostgresError) {
        self.database = database
        self.table = table
        headers = try [String](headers: table.headers)
    }

    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(database: database, table: table, headers: headers)
    }

    public struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let database: PostgresClient
        fileprivate let table: StoredTable
        /// `nil`: they have been handed out.
        private var headers: [String]?
        private let columnCount: Int
        /// The last row that was handed out.
        private var last: SelectRowRun.Place?

        fileprivate init(database: PostgresClient, table: StoredTable, headers: [String]) {
            (self.database, self.table, self.headers) = (database, table, headers)
            columnCount = headers.count
        }

        public mutating func next() async throws -> [UInt8]? {
            var bytes: [UInt8] = []
            if let headers {
                self.headers = nil
                if !headers.isEmpty { CSVLine.append(headers.lazy.map(CellText.of), to: &bytes) }
            }
            guard (last?.position ?? 0) < table.rowCount else { return bytes.isEmpty ? nil : bytes }
            let run = try await database.execute(
                SelectRowRun(id: table.id, from: last?.position ?? 1, to: Int64(table.rowCount)))
            // The row that was last is the first of the next run: an append leaves it alone, a replacement makes a new one.
            if let last, run.first?.place != last { throw TableReplaced() }
            let fresh = last == nil ? run[...] : run.dropFirst()
            guard let end = fresh.last?.place else { throw TableReplaced() }
            for row in fresh { append(row.cells, to: &bytes) }
            last = end
            return bytes
        }

        /// Rows that are shorter than the header record are filled up.
        private func append(_ cells: [String], to bytes: inout [UInt8]) {
            let filled = Swift.min(columnCount, TableCSV.columnsFilledMax)
            let missing = repeatElement("", count: Swift.max(0, filled - cells.count))
            CSVLine.append(cells.map(CellText.of) + missing, to: &bytes)
        }
    }
}

/// The rows that were being read have been replaced or deleted.
public struct TableReplaced: Error {}

/// Rows from a position on: at most a thousand, and no more than fit in a part but for the first two.
struct SelectRowRun: Statement {
    let id: TableID
    let from: Int64
    let to: Int64

    private static let rowsMax = 1_000
    private static let bytesMax = 1 << 20

    /// A row of the database, not of the table: a position that is written anew is another one.
    struct Place: Sendable, Equatable {
        let position: Int64
        /// The transaction that wrote it.
        let writer: String
    }

    struct PlacedRow: Sendable {
        let place: Place
        let cells: [String]
    }

    static let sql = """
        SELECT position, writer, cells
        FROM (
            SELECT position, xmin::text AS writer, cells,
                   sum(octet_length(cells::text)) OVER (ORDER BY position) AS bytes
            FROM (
                SELECT position, xmin, cells
                FROM martlet.table_rows
                WHERE table_id = $1 AND position >= $2 AND position <= $3
                ORDER BY position
                LIMIT \(rowsMax)
            ) AS run
        ) AS weighed
        WHERE bytes <= \(bytesMax) OR position <= $2 + 1
        ORDER BY position
        """

    func encode(into parameters: inout Parameters) {
        parameters.int4(id.rawValue)
        parameters.int8(from)
        parameters.int8(to)
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> PlacedRow {
        try PlacedRow(place: Place(position: row.int64(), writer: row.text()), cells: row.textArray())
    }
}
