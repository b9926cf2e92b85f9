import WebhookCore

/// The form for a new table, as the template `new-table` shows it.
struct NewTable: Sendable {
    let token: String
    let action: String
    let listLink: String
    let hasTenant: Bool
    let tenant: String
    let fields: TableFields
    let problems: Problems
    let titleIsWrong: Bool
    let nameIsWrong: Bool
    let headersAreWrong: Bool

    init(in tenant: String, for visit: Visit, fields: TableFields = TableFields(), problems: Problems = .none) {
        token = visit.token.text
        let place = visit.caller.tenant == nil && tenant != TenantName.standard ? "?tenant=\(tenant)" : ""
        action = "/ui/tables/new\(place)"
        listLink = "/ui/tables\(place)"
        (hasTenant, self.tenant) = (visit.caller.tenant == nil, tenant)
        self.fields = fields
        self.problems = problems
        titleIsWrong = problems.concern("title")
        nameIsWrong = problems.concern("name")
        headersAreWrong = problems.concern("headers")
    }
}
