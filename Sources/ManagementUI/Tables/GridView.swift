import WebhookCore

/// A page of a table to edit, as the template `grid` shows it.
struct GridView: Sendable {
    struct Cell: Sendable {
        let name: String
        let value: String
        let label: String
        /// Of several lines, or more than a line holds.
        let isLong: Bool
        /// Not what the table has, though somebody else has changed that.
        let isChanged: Bool
        /// Where typing goes on.
        let isFirst: Bool
    }

    struct Heading: Sendable {
        let cell: Cell
        let mark: String
        let markLabel: String
        let isMarked: Bool
    }

    struct Row: Sendable {
        let number: String
        let cells: [Cell]
        let mark: String
        let markLabel: String
        let isMarked: Bool
    }

    let action: String
    let caption: String
    let isEmpty: Bool
    let version: Int64
    let rowsBefore: Int
    let storedCount: Int
    let rowCount: Int
    let columnCount: Int
    let headings: [Heading]
    let rows: [Row]
    /// Rows are added behind the last one.
    let isLastPage: Bool
    let lastPageLink: String
    let canAddColumn: Bool
    let pages: PageLinks

    /// A cell of more characters is shown in several lines.
    private static let lineCharactersMax = 60

    /// - Parameters:
    ///   - rowCount: of the table.
    ///   - current: the table as somebody else has changed it, to mark what differs; `nil`: nothing is marked.
    ///   - focusesLastRow: it was just added.
    init(
        _ draft: GridDraft, of id: TableID, rowCount: Int, current: TableDocument? = nil, focusesLastRow: Bool = false
    ) {
        let link = "/ui/tables/\(id)"
        action = "\(link)/rows"
        (version, rowsBefore, storedCount) = (draft.version, draft.rowsBefore, draft.storedCount)
        (self.rowCount, columnCount) = (draft.rows.count, draft.columnCount)
        isEmpty = draft.rows.isEmpty && draft.headers.isEmpty
        caption = Self.caption(of: draft, rowCount: rowCount)
        let names = draft.headers.enumerated().map { index, header in
            let text = CellText.of(header)
            return text.allSatisfy(\.isWhitespace) ? "column \(index + 1)" : text
        }
        headings = draft.headers.indices.map { column in
            let isChanged = current.map { draft.differs(from: $0, heading: column) } ?? false
            return Heading(
                cell: Self.cell(
                    GridDraft.Field.heading(column), draft.headers[column], "Heading of column \(column + 1)",
                    isChanged: isChanged),
                mark: GridDraft.Field.columnMark(column), markLabel: "Delete \(names[column])",
                isMarked: draft.markedColumns.contains(column))
        }
        rows = draft.rows.indices.map { row in
            let number = row < draft.storedCount ? (draft.rowsBefore + row + 1).grouped : "new"
            let name = row < draft.storedCount ? "row \(number)" : "new row \(row - draft.storedCount + 1)"
            let isAdded = focusesLastRow && row == draft.rows.count - 1
            return Row(
                number: number,
                cells: draft.rows[row].cells.indices.map { column in
                    let isChanged = current.map { draft.differs(from: $0, row: row, column: column) } ?? false
                    return Self.cell(
                        GridDraft.Field.cell(row, column), draft.rows[row].cells[column],
                        "\(names[column]), \(name)", isChanged: isChanged,
                        isFirst: isAdded && column == 0)
                },
                mark: GridDraft.Field.rowMark(row), markLabel: "Delete \(name)", isMarked: draft.rows[row].isMarked)
        }
        pages = PageLinks(page: draft.page, of: GridLimits.pageCount(of: rowCount), below: link, fragment: "#rows")
        isLastPage = draft.page >= pages.count
        lastPageLink = "\(link)?page=\(pages.count)#rows"
        canAddColumn = draft.columnCount < GridLimits.columnsMax
    }

    private static func caption(of draft: GridDraft, rowCount: Int) -> String {
        guard draft.storedCount > 0 else { return "No rows yet" }
        let last = (draft.rowsBefore + draft.storedCount).grouped
        return "Rows \((draft.rowsBefore + 1).grouped)–\(last) of \(rowCount.grouped)"
    }

    private static func cell(
        _ name: String, _ value: String, _ label: String, isChanged: Bool = false, isFirst: Bool = false
    ) -> Cell {
        // A field of one line would drop line breaks.
        let hasLines = value.utf8.contains { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
        let isLong = hasLines || value.utf8.count > lineCharactersMax
        let label = isChanged ? "\(label), not what the table has" : label
        return Cell(name: name, value: value, label: label, isLong: isLong, isChanged: isChanged, isFirst: isFirst)
    }
}
