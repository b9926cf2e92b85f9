import WebhookCore
import WebhookStore

/// A page of a table to read, as the template `rows` shows it: the markup of the cells as text.
struct RowsView: Sendable {
    struct Row: Sendable {
        let number: String
        let cells: [String]
    }

    let caption: String
    /// Why it cannot be edited.
    let hasReason: Bool
    let reason: String
    let headings: [String]
    let rows: [Row]
    let hasOmission: Bool
    let omission: String
    let pages: PageLinks

    init(_ page: TablePage, of id: TableID, reason: String?) {
        (hasReason, self.reason) = (reason != nil, reason ?? "")
        let widest = min(page.rows.reduce(page.headers.count) { max($0, $1.cells.count) }, TableHTML.columnsMax)
        headings = (0..<widest).map { index in
            let heading = index < page.headers.count ? page.headers[index] : ""
            return heading.isEmpty ? "Column \(index + 1)" : heading
        }
        rows = page.rows.enumerated().map { index, row in
            Row(number: (page.rowsBefore + index + 1).grouped, cells: Array(row.cells.prefix(widest)))
        }
        caption =
            page.rows.isEmpty
            ? "No rows yet"
            : "Rows \((page.rowsBefore + 1).grouped)–\((page.rowsBefore + page.rows.count).grouped) "
                + "of \(page.rowCount.grouped)"
        hasOmission = page.omittedRowCount > 0
        omission = "\(page.omittedRowCount.grouped) more of this page are too large to be shown."
        pages = PageLinks(page: page.number, of: page.pageCount, below: "/ui/tables/\(id)", fragment: "#rows")
    }
}
