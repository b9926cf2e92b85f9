import WebhookCore

/// A page of a table as somebody edits it: what the form shows and what it brings back. Cells are the stored markup.
struct GridDraft: Sendable, Equatable {
    struct Row: Sendable, Equatable {
        var cells: [String]
        /// To be deleted.
        var isMarked = false
    }

    /// Of the table that is edited: saving is refused when there is another one.
    var version: Int64
    /// How many rows of the table come before these.
    let rowsBefore: Int
    /// How many of `rows` are the table's; those behind them are new.
    let storedCount: Int
    var headers: [String]
    /// All as long as `headers`.
    var rows: [Row]
    /// To be deleted, counted from 0.
    var markedColumns: Set<Int> = []

    var columnCount: Int { headers.count }
    var addedCount: Int { rows.count - storedCount }
    /// Counted from 1.
    var page: Int { rowsBefore / GridLimits.rowsOfPage + 1 }

    /// A page of `document`: the one that is asked for, or the last.
    init(of document: TableDocument, version: Int64, page: Int) {
        let page = min(page, GridLimits.pageCount(of: document.rows.count))
        let shown = document.rows.dropFirst((page - 1) * GridLimits.rowsOfPage).prefix(GridLimits.rowsOfPage)
        let columnCount = shown.reduce(document.headers.count) { max($0, $1.cells.count) }
        self.version = version
        rowsBefore = (page - 1) * GridLimits.rowsOfPage
        storedCount = shown.count
        headers = document.headers.padded(to: columnCount)
        rows = shown.map { Row(cells: $0.cells.padded(to: columnCount)) }
    }

    mutating func addRow() {
        rows.append(Row(cells: [String](repeating: "", count: columnCount)))
    }

    mutating func addColumn() {
        headers.append("")
        for index in rows.indices { rows[index].cells.append("") }
    }
}

// MARK: - Saving

extension GridDraft {
    /// `document` with what was edited. Whatever was left alone stays byte for byte as it is, also what this page does not
    /// show, and rows that stop before the last column still do.
    func applied(to document: TableDocument) -> TableDocument {
        let shown = document.rows.dropFirst(rowsBefore).prefix(storedCount)
        var edited: [TableRow] = []
        for (index, row) in rows.enumerated() where !row.isMarked {
            let stored = index < storedCount ? shown.dropFirst(index).first : nil
            edited.append(TableRow(Self.merged(row.cells, into: stored?.cells ?? [])))
        }
        var result = document
        result.headers = mergedHeaders(document.headers, columnsShown: shown.map(\.cells.count).max() ?? 0)
        result.rows = document.rows.prefix(rowsBefore) + edited + document.rows.dropFirst(rowsBefore + shown.count)
        for column in markedColumns.sorted(by: >) {
            result.headers.removeIfThere(at: column)
            for index in result.rows.indices { result.rows[index].cells.removeIfThere(at: column) }
        }
        return result
    }

    /// Whether `document` has another heading there.
    func differs(from document: TableDocument, heading column: Int) -> Bool {
        !headers[column].isSameText(as: document.headers.dropFirst(column).first ?? "")
    }

    /// Whether `document` has another cell there.
    func differs(from document: TableDocument, row: Int, column: Int) -> Bool {
        let stored = row < storedCount ? document.rows.dropFirst(rowsBefore + row).first : nil
        return !rows[row].cells[column].isSameText(as: stored?.cells.dropFirst(column).first ?? "")
    }

    /// A column that was added stays, even when it has no heading and no cell yet.
    private func mergedHeaders(_ stored: [String], columnsShown: Int) -> [String] {
        let merged = Self.merged(headers, into: stored)
        return columnCount > max(stored.count, columnsShown) ? merged.padded(to: columnCount) : merged
    }

    private static func merged(_ cells: [String], into stored: [String]) -> [String] {
        var merged = cells.enumerated().map { index, cell in
            index < stored.count && cell.isSameText(as: stored[index]) ? stored[index] : cell.withLineFeeds
        }
        while merged.count > stored.count, merged.last?.isEmpty == true { merged.removeLast() }
        return merged + stored.dropFirst(merged.count)
    }
}

extension [String] {
    fileprivate func padded(to count: Int) -> [String] {
        self + [String](repeating: "", count: Swift.max(0, count - self.count))
    }

    fileprivate mutating func removeIfThere(at index: Int) {
        if indices.contains(index) { remove(at: index) }
    }
}

extension String {
    /// With the line breaks that a cell has: a browser sends CR LF for each, whatever it was given (HTML, "Constructing
    /// the entry list").
    fileprivate var withLineFeeds: String {
        guard utf8.contains(UInt8(ascii: "\r")) else { return self }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(utf8.count)
        var followsCR = false
        for byte in utf8 {
            if byte == UInt8(ascii: "\r") {
                bytes.append(UInt8(ascii: "\n"))
            } else if byte != UInt8(ascii: "\n") || !followsCR {
                bytes.append(byte)
            }
            followsCR = byte == UInt8(ascii: "\r")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Byte by byte, but for how lines end.
    fileprivate func isSameText(as other: String) -> Bool {
        withLineFeeds.utf8.elementsEqual(other.withLineFeeds.utf8)
    }
}
