public import WebhookCore

/// The part of a public table that one page shows, read at one moment.
public struct TablePage: Sendable, Equatable {
    public let title: String
    /// Text that has passed the HTML filter, as the cells have.
    public let headers: [String]
    /// Of the whole table: what is shown changes only with it.
    public let version: Int64
    /// Of the whole table.
    public let rowCount: Int
    /// Counted from 1; the last page where a later one was asked for.
    public let number: Int
    public var rows: [TableRow]

    /// Most rows of a page.
    public static let rowsMax = 1_000
    /// Most bytes of the rows of a page, or its first row alone: a page of larger rows ends early.
    public static let bytesMax = 4 << 20

    public var pageCount: Int { max(1, (rowCount + Self.rowsMax - 1) / Self.rowsMax) }

    /// How many rows come before this page.
    public var rowsBefore: Int { (number - 1) * Self.rowsMax }

    /// How many rows belong on this page and were too large for it.
    public var omittedRowCount: Int { min(rowCount - rowsBefore, Self.rowsMax) - rows.count }
}

/// The order in which the rows of a page come.
public struct TableOrder: Sendable, Hashable {
    /// Counted from 1.
    public let column: Int
    public let descends: Bool

    /// A table may have more columns; nobody sorts by them.
    public static let columnMax = 10_000

    /// `nil`: there is no such column.
    public init?(column: Int, descends: Bool) {
        guard (1...Self.columnMax).contains(column) else { return nil }
        (self.column, self.descends) = (column, descends)
    }
}
