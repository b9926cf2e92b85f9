import GatewayCrypto
import HTTPTypes
import Hummingbird
import JSONFilter
import Postgres
import WebhookCore
import WebhookStore

/// `/v1/tables` and what is below it, but for pushes.
struct TableAPI: Sendable {
    let store: TableStore
    let pushes: PushStore

    /// Without the documents: a page of them may have gigabytes.
    func list(_ call: Call) async throws -> Response {
        let page = try Page<TableID>(call.query)
        let tables = try await store.list(
            tenant: call.tenant(), after: page.after, limit: page.fetchLimit, deadline: call.deadline.remaining)
        return page.response(tables, cursor: \.id) { $1.table($0) }
    }

    func show(_ id: Substring, _ call: Call) async throws -> Response {
        guard let table = TableID(String(id)),
            let found = try await store.document(
                table, tenant: call.tenant(), deadline: DatabaseDeadline.table)
        else { throw Self.notFound(id) }
        var response = Response(json: .table(found))
        response.headers.validate(by: found.table.entityTag)
        return response
    }

    /// The table, unless the caller has it as it is: then the document is not even read.
    func show(_ id: Substring, unlessKnown call: Call) async throws -> Response {
        if let field = call.request.headers[.ifNoneMatch], let table = TableID(String(id)),
            let tag = try await store.find(table, tenant: call.tenant(), deadline: call.deadline.remaining)?.entityTag,
            tag.isAmong(ifNoneMatch: field)
        {
            return .notModified(tag)
        }
        return try await show(id, call)
    }

    /// The rows as a CSV file (`CSVLine`), however many there are.
    func rows(of id: Substring, _ call: Call) async throws -> Response {
        guard let number = TableID(String(id)),
            let table = try await store.find(number, tenant: call.tenant(), deadline: call.deadline.remaining)
        else { throw Self.notFound(id) }
        let tag = table.entityTag
        if let field = call.request.headers[.ifNoneMatch], tag.isAmong(ifNoneMatch: field) { return .notModified(tag) }
        let csv = try store.csv(of: table)
        var headers: HTTPFields = [
            .contentType: "text/csv; charset=utf-8", .xContentTypeOptions: "nosniff",
            .contentDisposition: "attachment; filename=\"\(table.name).csv\"",
        ]
        headers.validate(by: tag)
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                for try await part in csv { try await writer.write(ByteBuffer(bytes: part)) }
                try await writer.finish(nil)
            })
    }

    func create(_ call: Call) async throws -> Response {
        let tenant = try call.tenant()
        let changes = try await changes(call)
        guard let title = changes.title else { throw ValidationError.malformed("title", "is required") }
        let made = try await naming(changes.name) {
            try await store.create(
                title: title, name: changes.name?.text, base: TableName(derivedFrom: title).text,
                isPublic: changes.isPublic ?? false, document: changes.document ?? TableDocument(), tenant: tenant,
                deadline: DatabaseDeadline.table)
        }
        var response = try await show(Substring(made.id.description), call)
        response.status = .created
        return response
    }

    func change(_ id: Substring, _ call: Call) async throws -> Response {
        let changes = try await changes(call)
        guard let table = TableID(String(id)) else { throw Self.notFound(id) }
        let expected = ExpectedTable(of: table, call.request)
        if !changes.isEmpty || expected != nil {
            let changed = try await naming(changes.name) {
                try await meeting(expected) {
                    try await store.change(
                        table, changes, expecting: expected, tenant: call.tenant(), deadline: DatabaseDeadline.table)
                }
            }
            guard changed != nil else { throw Self.notFound(id) }
        }
        return try await show(id, call)
    }

    func delete(_ id: Substring, _ call: Call) async throws -> Response {
        guard let table = TableID(String(id)) else { throw Self.notFound(id) }
        let expected = ExpectedTable(of: table, call.request)
        let isDeleted = try await meeting(expected) {
            try await store.delete(
                table, expecting: expected, tenant: call.tenant(), deadline: DatabaseDeadline.table)
        }
        guard isDeleted else { throw Self.notFound(id) }
        return Response(status: .noContent)
    }

    /// Makes a secret, or another one: the one before is void. The answer carries it; no other answer does.
    func makeSecret(of id: Substring, _ call: Call) async throws -> Response {
        try await call.request.readNothing()
        guard let secret = TableSecret(SecureRandom.text(TableSecret.characterCount)) else {
            throw Problem.unexpected()
        }
        guard let table = TableID(String(id)),
            try await pushes.setSecret(secret, of: table, tenant: call.tenant(), deadline: call.deadline.remaining)
        else { throw Self.notFound(id) }
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("id")
        writer.string(table.description)
        writer.name("path")
        writer.string("/v1/tables/\(table)/webhook")
        writer.name("secret")
        writer.string(secret.text)
        writer.endObject()
        return Response(json: writer)
    }

    func disable(_ id: Substring, _ call: Call) async throws -> Response {
        guard let table = TableID(String(id)),
            try await pushes.setSecret(nil, of: table, tenant: call.tenant(), deadline: call.deadline.remaining)
        else { throw Self.notFound(id) }
        return Response(status: .noContent)
    }

    static func notFound(_ id: Substring) -> Problem {
        .notFound("there is no table \(String(id).quoted)")
    }

    private func changes(_ call: Call) async throws -> TableChanges {
        try TableChanges(await call.request.readBody(upTo: TableLimits.bodyBytesMax))
    }

    /// Does what may find that the table is not as the caller expects it.
    private func meeting<Result: Sendable>(
        _ expected: ExpectedTable?, _ body: () async throws -> Result
    ) async throws -> Result {
        do {
            return try await body()
        } catch {
            guard expected != nil, let failure = error as? PostgresError,
                failure.state == .objectNotInPrerequisiteState
            else { throw error }
            throw Problem(
                .preconditionFailed,
                "If-Match: the table is not what that `ETag` stands for, and nothing was changed; GET it again")
        }
    }

    /// Does what may find that the name is somebody else's.
    private func naming<Result: Sendable>(
        _ name: TableName?, _ body: () async throws -> Result
    ) async throws -> Result {
        do {
            return try await body()
        } catch {
            guard let failure = error as? PostgresError, failure.state == .uniqueViolation else { throw error }
            throw Problem(.conflict, "name: there is a table \((name?.text ?? "of that name").quoted) already")
        }
    }
}

extension Response {
    fileprivate static func notModified(_ tag: EntityTag) -> Response {
        var headers = HTTPFields()
        headers.validate(by: tag)
        return Response(status: .notModified, headers: headers)
    }
}

extension HTTPFields {
    /// Whoever keeps the answer asks with `tag` whether it still holds, and keeps it to himself: a key was needed.
    fileprivate mutating func validate(by tag: EntityTag) {
        self[.eTag] = tag.description
        self[.cacheControl] = "private, no-cache"
    }
}
