import WebhookCore
import WebhookStore

/// The screen of one table, as the template `table-editor` shows it.
struct TableEditor: Sendable {
    let token: String
    let id: String
    let link: String
    let heading: String
    let name: String
    let rowCount: String
    let version: Int64
    let updated: TimeView
    let hasTenant: Bool
    let tenant: String
    let mayChange: Bool
    let hasNews: Bool
    let news: String

    let problems: Problems
    let shown: TableFields
    let fields: TableFields
    let isPublic: Bool
    let titleIsWrong: Bool
    let nameIsWrong: Bool

    let grid: GridView?
    let rows: RowsView?
    let push: PushView

    /// - Parameters:
    ///   - news: what has just been done.
    ///   - fields: as somebody filled them in; `nil`: as they are.
    ///   - secret: made just now.
    init(
        _ table: StoredTable, for visit: Visit, news: String? = nil, problems: Problems = .none,
        fields: TableFields? = nil, grid: GridView? = nil, rows: RowsView? = nil, secret: TableSecret? = nil
    ) {
        token = visit.token.text
        id = table.id.description
        link = "/ui/tables/\(table.id)"
        // The filter leaves a lone `<` of a title as `&lt;`.
        heading = CellText.of(table.title)
        name = table.name
        rowCount = table.rowCount == 1 ? "1 row" : "\(table.rowCount.grouped) rows"
        version = table.version
        updated = TimeView(table.updatedAt)
        (hasTenant, tenant) = (visit.caller.tenant == nil, table.tenant)
        mayChange = visit.mayChange
        (hasNews, self.news) = (news != nil, news ?? "")
        self.problems = problems
        shown = TableFields(table)
        self.fields = fields ?? shown
        isPublic = table.isPublic
        titleIsWrong = problems.concern("title")
        nameIsWrong = problems.concern("name")
        self.grid = grid
        self.rows = rows
        push = PushView(of: table, origin: visit.origin, mayChange: visit.mayChange, secret: secret)
    }
}

/// A moment, for people and for programs.
struct TimeView: Sendable {
    /// `2026-12-01 04:07 UTC`
    let text: String
    let machine: String

    init(_ time: Timestamp) {
        machine = time.rfc3339()
        text = "\(machine.prefix(10)) \(machine.dropFirst(11).prefix(5)) UTC"
    }
}
