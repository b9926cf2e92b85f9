import WebhookCore
import WebhookStore

/// A page of the list of tables, as the template `table-list` shows it.
struct TableList: Sendable {
    static let rowsMax = 50

    struct Row: Sendable {
        let id: String
        let link: String
        let title: String
        let name: String
        let rowCount: String
        let version: String
        let isPublic: Bool
        let acceptsPushes: Bool
        let updated: TimeView
    }

    let rows: [Row]
    let isEmpty: Bool
    /// There are none at all, as far as this page tells.
    let isFirstPage: Bool
    let mayChange: Bool
    let newLink: String
    /// A key that is bound to no tenant chooses one.
    let choosesTenant: Bool
    let tenant: String
    let hasNext: Bool
    let nextLink: String
    let firstLink: String
    let hasNews: Bool
    let news: String

    /// - Parameter tables: one more than a page has, if there are so many.
    init(_ tables: [StoredTable], of tenant: String, after: TableID?, for visit: Visit, news: String?) {
        let shown = tables.prefix(Self.rowsMax)
        rows = shown.map { table in
            Row(
                id: table.id.description, link: "/ui/tables/\(table.id)", title: CellText.of(table.title),
                name: table.name, rowCount: table.rowCount.grouped, version: Int(table.version).grouped,
                isPublic: table.isPublic, acceptsPushes: table.acceptsPushes, updated: TimeView(table.updatedAt))
        }
        isEmpty = rows.isEmpty
        isFirstPage = after == nil
        mayChange = visit.mayChange
        choosesTenant = visit.caller.tenant == nil
        self.tenant = tenant
        let place = tenant == TenantName.standard || !choosesTenant ? "" : "tenant=\(tenant)"
        newLink = "/ui/tables/new" + (place.isEmpty ? "" : "?\(place)")
        firstLink = "/ui/tables" + (place.isEmpty ? "" : "?\(place)")
        hasNext = tables.count > Self.rowsMax
        nextLink = "/ui/tables?after=\(shown.last?.id.description ?? "")" + (place.isEmpty ? "" : "&\(place)")
        (hasNews, self.news) = (news != nil, news ?? "")
    }
}
