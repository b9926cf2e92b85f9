import WebhookCore
import WebhookStore

/// The screen of one table: what it shows, and its fields, its secret and its end.
extension TablePages {
    /// The screen as it is looked at, or as it is after what `news` says.
    func editor(
        of table: StoredTable, _ visit: Visit, news: String? = nil, problems: Problems = .none,
        fields: TableFields? = nil, secret: TableSecret? = nil
    ) async throws -> Page {
        let page = visit.query["page"].flatMap { Int($0) }.map { max(1, min($0, TableLimits.rowsMax)) } ?? 1
        let news = news ?? News(visit)?.text
        var reason: String?
        if visit.mayChange, GridLimits.allow(table) {
            guard let found = try await tables.document(table.id, tenant: table.tenant, deadline: Self.deadline) else {
                throw Refusal.notFound
            }
            let document = try found.document
            if document.columnCount <= GridLimits.columnsMax {
                let draft = GridDraft(of: document, version: found.table.version, page: page)
                return self.page(
                    TableEditor(
                        found.table, for: visit, news: news, problems: problems, fields: fields,
                        grid: GridView(draft, of: table.id, rowCount: document.rows.count), secret: secret))
            }
            reason = "It has more than \(GridLimits.columnsMax) columns"
        } else if visit.mayChange {
            reason = "It has more than \(GridLimits.rowsMax.grouped) rows or \(GridLimits.bytesMax.grouped) bytes"
        }
        guard let rows = try await tables.page(page, of: table.id, tenant: table.tenant, deadline: Self.deadline) else {
            throw Refusal.notFound
        }
        let sentence = reason.map { "\($0): too large to be edited here. Push the rows, or send them with the API." }
        return self.page(
            TableEditor(
                table, for: visit, news: news, problems: problems, fields: fields,
                rows: RowsView(rows, of: table.id, reason: sentence), secret: secret))
    }

    func page(_ editor: TableEditor) -> Page {
        Page(title: editor.heading, template: .tableEditor, content: editor)
    }

    func saveFields(of table: StoredTable, _ form: Form, _ visit: Visit) async throws -> Answer {
        let fields = TableFields(form)
        do {
            let changes = try fields.changes(since: TableFields(shownBy: form))
            guard !changes.isEmpty else { return .seeOther(link(to: table, .unchanged)) }
            guard
                let changed = try await tables.change(
                    table.id, changes, tenant: table.tenant, deadline: Self.deadline)
            else { throw Refusal.notFound }
            return .seeOther(link(to: changed.table, .saved))
        } catch {
            let wrong = try WrongFields(error)
            var page = try await editor(of: table, visit, problems: wrong.problems, fields: fields)
            page.status = wrong.status
            return .page(page)
        }
    }

    /// The answer shows the secret, and no other does. It is no redirect, for that could not.
    func makeSecret(of table: StoredTable, _ visit: Visit) async throws -> Page {
        let secret = TableSecret.generate()
        guard try await pushes.setSecret(secret, of: table.id, tenant: table.tenant, deadline: Self.deadline),
            let changed = try await tables.find(table.id, tenant: table.tenant, deadline: Self.deadline)
        else { throw Refusal.notFound }
        return try await editor(of: changed, visit, secret: secret)
    }

    func disable(_ table: StoredTable) async throws -> Answer {
        guard try await pushes.setSecret(nil, of: table.id, tenant: table.tenant, deadline: Self.deadline) else {
            throw Refusal.notFound
        }
        return .seeOther(link(to: table, .disabled))
    }

    func delete(_ table: StoredTable, _ visit: Visit) async throws -> Answer {
        guard try await tables.delete(table.id, tenant: table.tenant, deadline: Self.deadline) else {
            throw Refusal.notFound
        }
        let isElsewhere = visit.caller.tenant == nil && table.tenant != TenantName.standard
        return .seeOther("/ui/tables?done=\(News.deleted.rawValue)" + (isElsewhere ? "&tenant=\(table.tenant)" : ""))
    }
}

extension TableDocument {
    var columnCount: Int { rows.reduce(headers.count) { max($0, $1.cells.count) } }
}
