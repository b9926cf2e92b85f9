import WebhookCore
import WebhookStore

/// Which tables are edited cell by cell. A change writes the whole table, and larger ones are pushed by programs.
enum GridLimits {
    static let rowsMax = 5_000
    /// Of the document, as the API takes it.
    static let bytesMax = TableLimits.bodyBytesMax
    static let columnsMax = 100
    /// On one page.
    static let rowsOfPage = 50
    /// New ones on one page, before they are saved.
    static let addedRowsMax = 50

    static func pageCount(of rowCount: Int) -> Int { max(1, (rowCount + rowsOfPage - 1) / rowsOfPage) }

    /// Whether a table may be edited, as far as can be told without its rows.
    static func allow(_ table: StoredTable) -> Bool {
        table.rowCount <= rowsMax && table.rowBytes <= bytesMax
    }
}
