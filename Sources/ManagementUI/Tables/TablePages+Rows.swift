import JSONFilter
import Postgres
import WebhookCore
import WebhookStore

/// Saving the page of a table that somebody has edited.
extension TablePages {
    func saveRows(of table: StoredTable, _ form: Form, _ visit: Visit) async throws -> Answer {
        var draft = try GridDraft(form)
        switch form["do"] {
        case "add-row":
            guard draft.addedCount < GridLimits.addedRowsMax else {
                let problems = Problems("Save the \(draft.addedCount) new rows first.", field: "rows")
                return .page(page(draft, of: table, visit, problems))
            }
            if draft.columnCount == 0 { draft.addColumn() }
            draft.addRow()
            return .page(page(draft, of: table, visit, focusesLastRow: true))
        case "add-column":
            guard draft.columnCount < GridLimits.columnsMax else {
                let problems = Problems("There are \(draft.columnCount) columns, and no more fit.", field: "rows")
                return .page(page(draft, of: table, visit, problems))
            }
            draft.addColumn()
            return .page(page(draft, of: table, visit))
        default:
            return try await save(draft, of: table, visit)
        }
    }

    /// All that was edited is one change, of the very version that was edited.
    private func save(_ draft: GridDraft, of table: StoredTable, _ visit: Visit) async throws -> Answer {
        guard let found = try await tables.document(table.id, tenant: table.tenant, deadline: Self.deadline) else {
            throw Refusal.notFound
        }
        let document = try found.document
        guard found.table.version == draft.version else {
            return .page(conflict(draft, with: document, found.table, visit))
        }
        let edited = draft.applied(to: document)
        guard Self.json(edited) != Self.json(document) else {
            return .seeOther(link(to: table, .unchanged, page: draft.page, fragment: "#rows"))
        }
        do {
            let changes = try Self.changes(to: edited)
            guard
                let changed = try await tables.change(
                    table.id, changes, expecting: ExpectedTable(version: draft.version), tenant: table.tenant,
                    deadline: Self.deadline)
            else { throw Refusal.notFound }
            // New rows are on the last page.
            let page = draft.addedCount > 0 ? GridLimits.pageCount(of: changed.table.rowCount) : draft.page
            return .seeOther(link(to: changed.table, .saved, page: page, fragment: "#rows"))
        } catch let error as ValidationError {
            var page = page(draft, of: table, visit, Problems("\(error.member) \(error.rule).", field: "rows"))
            page.status = .unprocessableContent
            return .page(page)
        } catch let error as PostgresError where error.state == .objectNotInPrerequisiteState {
            // A push came in between.
            guard let now = try await tables.document(table.id, tenant: table.tenant, deadline: Self.deadline) else {
                throw Refusal.notFound
            }
            return .page(conflict(draft, with: try now.document, now.table, visit))
        }
    }

    /// The draft as it was typed, to be saved over the table as it is now, or not.
    private func conflict(
        _ draft: GridDraft, with document: TableDocument, _ table: StoredTable, _ visit: Visit
    ) -> Page {
        var draft = draft
        let problems = Problems([
            Problems.Entry(
                link: "#rows",
                text:
                    "The table was changed while you edited version \(draft.version): it has version \(table.version) now.",
                more:
                    "Below is what you typed; the cells that differ from the table as it is now are marked. Save again "
                    + "to write them over it."),
            Problems.Entry(
                link: link(to: table, page: draft.page), text: "See the table as it is now", more: "instead."),
        ])
        draft.version = table.version
        var page = page(draft, of: table, visit, problems, current: document)
        page.status = .conflict
        return page
    }

    private func page(
        _ draft: GridDraft, of table: StoredTable, _ visit: Visit, _ problems: Problems = .none,
        current: TableDocument? = nil, focusesLastRow: Bool = false
    ) -> Page {
        page(
            TableEditor(
                table, for: visit, problems: problems,
                grid: GridView(
                    draft, of: table.id, rowCount: table.rowCount, current: current, focusesLastRow: focusesLastRow)))
    }

    /// The document as the API would be sent it: its cells pass the same filter, and its bounds hold.
    ///
    /// - Throws: a `ValidationError`.
    private static func changes(to document: TableDocument) throws -> TableChanges {
        let body = json(document)
        guard body.count <= TableLimits.bodyBytesMax else {
            throw ValidationError.outOfRange(
                "The table", "would have more than \(TableLimits.bodyBytesMax.grouped) bytes, which only pushes can add"
            )
        }
        return try TableChanges(body)
    }

    private static func json(_ document: TableDocument) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("data")
        writer.beginObject()
        writer.name("headers")
        writer.beginArray()
        for header in document.headers { writer.string(header) }
        writer.endArray()
        writer.name("rows")
        writer.beginArray()
        for row in document.rows {
            writer.beginArray()
            for cell in row.cells { writer.string(cell) }
            writer.endArray()
        }
        writer.endArray()
        writer.name("settings")
        writer.raw(document.settings)
        writer.name("formatting")
        writer.raw(document.formatting)
        writer.endObject()
        writer.endObject()
        return writer.bytes
    }
}
