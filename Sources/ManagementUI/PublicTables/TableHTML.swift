import WebhookCore
import WebhookStore

/// A page of a table as what the template `table` shows. The template escapes everything but `rows` and `style`, and it
/// sees stored properties alone.
struct TableHTML {
    struct Column {
        let name: String
        let link: String
        let isSorted: Bool
        let direction: String
    }

    struct Link {
        let name: String
        let link: String
        let hasRel: Bool
        let rel: String

        init(_ name: String, to view: TableView, rel: String? = nil) {
            (self.name, link, hasRel, self.rel) = (name, view.link, rel != nil, rel ?? "")
        }
    }

    let title: String
    let style: String
    let columns: [Column]
    /// The rows with their markup.
    let rows: String
    let facts: String
    let csvLink: String
    let hasOmission: Bool
    let omission: String
    let hasPages: Bool
    let links: [Link]
    let place: String

    /// More columns are not shown: they would be a page that no browser can lay out.
    static let columnsMax = 1_000

    init(_ page: TablePage, of id: TableID, view: TableView, style: String) {
        let view = view.turned(to: page.number)
        // The filter leaves a lone `<` of a title as `&lt;`.
        title = CellText.of(page.title.isEmpty ? "Table \(id)" : page.title)
        self.style = style
        columns = Self.columns(of: page, view: view)
        rows = Self.markup(of: page.rows)
        facts = Self.facts(about: page)
        csvLink = "/t/\(id).csv"
        hasOmission = page.omittedRowCount > 0
        omission = Self.omission(of: page)
        hasPages = page.pageCount > 1
        links = Self.links(from: page.number, of: page.pageCount, view: view)
        place = "Page \(page.number.grouped) of \(page.pageCount.grouped)"
    }

    /// Columns without a heading have a number for one.
    private static func columns(of page: TablePage, view: TableView) -> [Column] {
        let widest = page.rows.reduce(page.headers.count) { max($0, $1.cells.count) }
        return (0..<min(widest, columnsMax)).map { index in
            // As text: markup of a heading would end up inside the link that sorts.
            let name = index < page.headers.count ? CellText.of(page.headers[index]) : ""
            let isSorted = view.order?.column == index + 1
            return Column(
                name: name.allSatisfy(\.isWhitespace) ? "Column \(index + 1)" : name,
                link: view.sorted(by: index + 1).link, isSorted: isSorted,
                direction: isSorted ? (view.order?.descends == true ? "descending" : "ascending") : "none")
        }
    }

    /// Cells have passed the HTML filter when they came, and its output cannot leave a `td`: they go in as they are.
    private static func markup(of rows: [TableRow]) -> String {
        var html = ""
        for row in rows {
            html += "<tr>"
            for cell in row.cells.prefix(columnsMax) {
                html += "<td>"
                html += cell
                html += "</td>"
            }
            html += "</tr>\n"
        }
        return html
    }

    private static func facts(about page: TablePage) -> String {
        let count = page.rowCount == 1 ? "1 row" : "\(page.rowCount.grouped) rows"
        guard page.pageCount > 1, !page.rows.isEmpty else { return count }
        let first = (page.rowsBefore + 1).grouped
        return "Rows \(first)–\((page.rowsBefore + page.rows.count).grouped) of \(page.rowCount.grouped)"
    }

    private static func omission(of page: TablePage) -> String {
        switch page.omittedRowCount {
        case 1: "One more row is too large to be shown here; the CSV file has it."
        case let count: "\(count.grouped) more rows are too large to be shown here; the CSV file has them."
        }
    }

    private static func links(from page: Int, of pageCount: Int, view: TableView) -> [Link] {
        var links: [Link] = []
        if page > 1 {
            links.append(Link("First", to: view.turned(to: 1)))
            links.append(Link("Previous", to: view.turned(to: page - 1), rel: "prev"))
        }
        if page < pageCount {
            links.append(Link("Next", to: view.turned(to: page + 1), rel: "next"))
            links.append(Link("Last", to: view.turned(to: pageCount)))
        }
        return links
    }
}
