import Testing
import WebhookCore

@testable import ManagementUI
@testable import WebhookStore

struct TableHTMLTests {
    private let id = TableID(rawValue: 7)

    private func page(
        title: String = "Prices", headers: [String] = ["Name", "Price"], rowCount: Int = 2, number: Int = 1,
        rows: [[String]] = [["<b>Ann</b>", "1"], ["Bob", "2"]]
    ) -> TablePage {
        TablePage(
            title: title, headers: headers, version: 3, rowCount: rowCount, number: number,
            rows: rows.map(TableRow.init))
    }

    private func html(_ page: TablePage, _ view: TableView = TableView()) throws -> String {
        let templates = try Templates()
        return templates.render(.table, TableHTML(page, of: id, view: view, style: templates.style.text))
    }

    @Test func `cells are markup, title and headings are text`() throws {
        let html = try html(page(title: "&lt;i>T & \"q\"", headers: ["<b>A</b>&lt;x&gt;", "</a><script>"]))
        #expect(html.contains("<td><b>Ann</b></td>"))
        #expect(html.contains("<caption id=\"table-title\">&lt;i&gt;T &amp; &quot;q&quot;</caption>"))
        #expect(html.contains(">A&lt;x&gt;</a></th>"))
        #expect(!html.contains("<script"))
    }

    @Test func `the sorted column says so, and no other`() throws {
        let html = try html(page(), TableView(order: TableOrder(column: 2, descends: true)))
        #expect(html.contains(#"<th scope="col" aria-sort="descending"><a href="?sort=2&amp;dir=asc">Price</a></th>"#))
        #expect(html.contains(#"<th scope="col"><a href="?sort=1&amp;dir=asc">Name</a></th>"#))
    }

    @Test func `columns without a heading are numbered`() throws {
        let columns = TableHTML(
            page(headers: ["Name", " "], rows: [["a", "b", "c"]]), of: id, view: TableView(), style: ""
        ).columns
        #expect(columns.map(\.name) == ["Name", "Column 2", "Column 3"])
    }

    @Test func `no page has more than a thousand columns`() {
        let html = TableHTML(
            page(headers: [], rows: [[String](repeating: "x", count: 5_000)]), of: id, view: TableView(), style: "")
        #expect(html.columns.count == 1_000)
        #expect(html.rows.components(of: "<td>") == 1_000)
    }

    @Test func `a table of one page has no links to others`() throws {
        let html = try html(page())
        #expect(!html.contains("<nav"))
        #expect(html.contains("2 rows · <a href=\"/t/7.csv\">CSV</a>"))
    }

    @Test func `a page of many leads to its neighbours in the same order`() throws {
        let rows = [[String]](repeating: ["x"], count: 1_000)
        let view = TableView(order: TableOrder(column: 1, descends: true), page: 2)
        let html = try html(page(rowCount: 100_000, number: 2, rows: rows), view)
        #expect(html.contains("Rows 1,001–2,000 of 100,000"))
        #expect(html.contains(#"<a href="?sort=1&amp;dir=desc" rel="prev">Previous</a>"#))
        #expect(html.contains(#"<a href="?sort=1&amp;dir=desc&amp;page=3" rel="next">Next</a>"#))
        #expect(html.contains(#"<a href="?sort=1&amp;dir=desc&amp;page=100">Last</a>"#))
        #expect(html.contains("Page 2 of 100"))
        #expect(!html.contains("too large"))
    }

    @Test func `a page whose rows are too large says what is missing`() throws {
        let html = try html(page(rowCount: 5, rows: [["large"]]))
        #expect(html.contains(#"<p role="note">4 more rows are too large"#))
    }
}

extension String {
    fileprivate func components(of part: String) -> Int { ranges(of: part).count }
}
