import HTTPTypes
import Postgres
import WebhookCore
import WebhookStore

/// `/ui/tables` and what is below it. A table of another tenant than the key's is answered as one that does not exist.
struct TablePages: Section {
    let path = "tables"
    let title = "Tables"

    let tables: TableStore
    let pushes: PushStore

    /// A change may be as large as a table to edit, and wait for pushes to the same one.
    static let deadline: Duration = .seconds(10)

    /// What can be done to a table, by the path below it.
    private enum Action {
        case edit, saveRows, makeSecret, disable, delete

        init?(_ path: ArraySlice<Substring>) {
            switch Array(path) {
            case []: self = .edit
            case ["rows"]: self = .saveRows
            case ["secret"]: self = .makeSecret
            case ["secret", "disable"]: self = .disable
            case ["delete"]: self = .delete
            default: return nil
            }
        }
    }

    func answer(_ visit: Visit) async throws -> Answer? {
        guard let name = visit.path.first else {
            guard case .look = visit.wish else { throw Refusal.methodNotAllowed }
            return try await list(visit)
        }
        if visit.path == ["new"] { return try await newTable(visit) }
        guard let action = Action(visit.path.dropFirst()), let id = TableID(String(name)),
            let table = try await tables.find(id, tenant: visit.caller.tenant, deadline: Self.deadline)
        else { return nil }
        guard case .change(let form) = visit.wish else {
            // Where a form leads to is no page: whoever asks for it is shown the table.
            return action == .edit ? .page(try await editor(of: table, visit)) : .seeOther(link(to: table))
        }
        switch action {
        case .edit: return try await saveFields(of: table, form, visit)
        case .saveRows: return try await saveRows(of: table, form, visit)
        case .makeSecret: return .page(try await makeSecret(of: table, visit))
        case .disable: return try await disable(table)
        case .delete: return try await delete(table, visit)
        }
    }

    func link(to table: StoredTable, _ news: News? = nil, page: Int = 1, fragment: String = "") -> String {
        var parameters: [String] = []
        if page > 1 { parameters.append("page=\(page)") }
        if let news { parameters.append("done=\(news.rawValue)") }
        return "/ui/tables/\(table.id)" + (parameters.isEmpty ? "" : "?\(parameters.joined(separator: "&"))") + fragment
    }
}

/// What has just been done, as the address says it that the browser is sent to afterwards.
enum News: String {
    case created, saved, disabled, deleted
    case unchanged = "nothing"

    init?(_ visit: Visit) {
        guard let name = visit.query["done"] else { return nil }
        self.init(rawValue: name)
    }

    var text: String {
        switch self {
        case .created: "The table was created."
        case .saved: "Saved."
        case .disabled: "The webhook is disabled: pushes are refused until there is a new secret."
        case .deleted: "The table was deleted."
        case .unchanged: "Nothing was different, so nothing was saved."
        }
    }
}

// MARK: - The list

extension TablePages {
    private func list(_ visit: Visit) async throws -> Answer {
        let tenant = try tenant(visit)
        let after = visit.query["after"].flatMap(TableID.init)
        let found = try await tables.list(
            tenant: tenant, after: after, limit: TableList.rowsMax + 1, deadline: Self.deadline)
        let list = TableList(found, of: tenant, after: after, for: visit, news: News(visit)?.text)
        return .page(Page(title: "Tables", template: .tableList, content: list))
    }

    /// The one that the key is bound to; else the one that the address names.
    private func tenant(_ visit: Visit) throws -> String {
        if let own = visit.caller.tenant { return own }
        guard let named = visit.query["tenant"], !named.isEmpty else { return TenantName.standard }
        guard TenantName.isValid(named) else {
            throw Refusal(.badRequest, "There is no such tenant", "The name of a tenant \(TenantName.rule).")
        }
        return named
    }

    private func newTable(_ visit: Visit) async throws -> Answer {
        let tenant = try tenant(visit)
        guard visit.mayChange else { throw Refusal.onlyAdmins }
        guard case .change(let form) = visit.wish else {
            return .page(Page(title: "New table", template: .newTable, content: NewTable(in: tenant, for: visit)))
        }
        let fields = TableFields(form)
        do {
            let made = try await tables.create(fields.draft(), tenant: tenant, deadline: Self.deadline)
            return .seeOther(link(to: made.table, .created))
        } catch {
            let wrong = try WrongFields(error)
            let content = NewTable(in: tenant, for: visit, fields: fields, problems: wrong.problems)
            return .page(Page(status: wrong.status, title: "New table", template: .newTable, content: content))
        }
    }
}

/// Why fields are not taken as they are.
struct WrongFields {
    let status: HTTPResponse.Status
    let problems: Problems

    /// - Throws: `error`, when it is none about fields.
    init(_ error: any Error) throws {
        switch error {
        case let error as ValidationError:
            (status, problems) = (.unprocessableContent, Problems(error))
        case let error as PostgresError where error.state == .uniqueViolation:
            (status, problems) = (.conflict, Problems("There is a table of that name already.", field: "name"))
        default: throw error
        }
    }
}
