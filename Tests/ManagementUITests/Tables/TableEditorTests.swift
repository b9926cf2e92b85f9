import Testing
import WebhookCore

@testable import ManagementUI
@testable import WebhookStore

struct TableEditorTests {
    /// What would end an attribute, a text area or a cell; a mark behind a quote hides it from whoever looks at characters.
    private let hostile = "</textarea></td><script>alert(1)</script>\"\u{301} onfocus=alert(1) x='\u{301}\n"

    private func table(title: String = "Prices", acceptsPushes: Bool = true) -> StoredTable {
        StoredTable(
            id: TableID(rawValue: 7), tenant: "default", name: "prices", title: title, isPublic: true, version: 3,
            rowCount: 1, rowBytes: 10, acceptsPushes: acceptsPushes,
            createdAt: Timestamp(secondsSinceUnixEpoch: 0), updatedAt: Timestamp(secondsSinceUnixEpoch: 0))
    }

    private func visit(role: Role, host: String = "gateway.example") -> Visit {
        Visit(
            wish: .look, path: ["7"], query: [:], origin: RequestOrigin(scheme: "https", host: host),
            caller: Caller(role: role, tenant: nil), token: .random())
    }

    private func html(
        _ table: StoredTable, for visit: Visit, cells: [String], secret: TableSecret? = nil
    ) throws -> String {
        let document = TableDocument(headers: cells, rows: [TableRow(cells)])
        let draft = GridDraft(of: document, version: 3, page: 1)
        let page = TablePage(
            title: table.title, headers: cells, version: 3, rowCount: 1, number: 1, rows: [TableRow(cells)])
        let editor =
            visit.mayChange
            ? TableEditor(table, for: visit, grid: GridView(draft, of: table.id, rowCount: 1), secret: secret)
            : TableEditor(table, for: visit, rows: RowsView(page, of: table.id, reason: nil))
        return try Templates().render(.tableEditor, editor)
    }

    @Test(arguments: [Role.admin, .viewer])
    func `nothing that a table holds is markup of the page`(role: Role) throws {
        let html = try html(
            table(title: hostile), for: visit(role: role, host: "a\"><script>"), cells: [hostile, "&lt;b&gt;"])
        #expect(!html.contains("<script"))
        #expect(html.contains("&lt;/textarea&gt;&lt;/td&gt;&lt;script&gt;"))
        // Stored markup is shown as it is stored.
        #expect(html.contains("&amp;lt;b&amp;gt;"))
        let bytes = Array(html.utf8)
        for mark in ["\"\u{301}", "'\u{301}"] { #expect(bytes.ranges(of: Array(mark.utf8)).isEmpty) }
        // A host that is no host stands in no program.
        #expect(html.contains("https://gateway.example/v1/tables/7/webhook"))
    }

    @Test func `a viewer is shown everything and no form`() throws {
        let html = try html(table(), for: visit(role: .viewer), cells: ["cell"])
        #expect(html.contains("<td>cell</td>"))
        #expect(html.contains("<summary>Python <code>push.py</code></summary>"))
        for part in ["<form", "<button", "<input", "<textarea"] { #expect(!html.contains(part)) }
    }

    @Test func `the first line break of a cell survives its text area`() throws {
        let html = try html(table(), for: visit(role: .admin), cells: ["\nsecond line"])
        #expect(html.contains(">\n\nsecond line</textarea>"))
    }

    @Test func `a secret is shown where it was made, and nowhere else`() throws {
        let secret = TableSecret.generate()
        #expect(try html(table(), for: visit(role: .admin), cells: ["x"], secret: secret).contains(secret.text))
        #expect(try !html(table(), for: visit(role: .admin), cells: ["x"]).contains("id=\"secret\""))
    }

    @Test func `every form carries the token`() throws {
        let visit = visit(role: .admin)
        for acceptsPushes in [true, false] {
            let html = try html(table(acceptsPushes: acceptsPushes), for: visit, cells: ["x"])
            let forms = html.ranges(of: "<form").count
            #expect(forms >= 4)
            #expect(html.ranges(of: "name=\"token\" value=\"\(visit.token.text)\"").count == forms)
        }
    }

    @Test func `cells that are not what the table has are marked`() throws {
        let draft = GridDraft(of: TableDocument(headers: ["A"], rows: [TableRow(["mine"])]), version: 3, page: 1)
        let now = TableDocument(headers: ["A"], rows: [TableRow(["theirs"])])
        let view = GridView(draft, of: TableID(rawValue: 7), rowCount: 1, current: now)
        #expect(view.rows[0].cells[0].isChanged)
        #expect(view.rows[0].cells[0].label == "A, row 1, not what the table has")
        #expect(!view.headings[0].cell.isChanged)
    }
}
