import HTTPTypes
import Hummingbird
import Postgres
import WebhookCore
import WebhookStore

/// Answers for tables that are marked public. One that is not is answered as one that does not exist.
struct PublicTablePages: Sendable {
    let tables: PublicTableStore
    let templates: Templates
    /// The release of this program: the same table may look different in another one.
    let release: String

    func respond(to request: Request, at path: PublicTablePath) async throws -> Response {
        do {
            switch path {
            case .page(let id): return try await page(of: id, request)
            case .csv(let id): return try await csv(of: id, request)
            case .nothing: return missing
            }
        } catch let error as PostgresError where error.isTransient {
            return unavailable
        }
    }

    private func page(of id: TableID, _ request: Request) async throws -> Response {
        if let field = request.headers[.ifNoneMatch] {
            guard let table = try await tables.find(id) else { return missing }
            let tag = tag(of: table.version)
            if tag.isAmong(ifNoneMatch: field) { return unchanged(tag) }
        }
        let parameters = request.uri.queryParameters
        let view = TableView { parameters[Substring($0)].map(String.init) }
        guard let page = try await tables.page(view.page, of: id, by: view.order) else { return missing }
        let html = templates.render(.table, TableHTML(page, of: id, view: view, style: templates.style.text))
        return Response(
            status: .ok, headers: headers(validatedBy: tag(of: page.version)),
            body: ResponseBody(byteBuffer: ByteBuffer(string: html)))
    }

    private func csv(of id: TableID, _ request: Request) async throws -> Response {
        guard let csv = try await tables.csv(of: id) else { return missing }
        let tag = tag(of: csv.table.version)
        if let field = request.headers[.ifNoneMatch], tag.isAmong(ifNoneMatch: field) { return unchanged(tag) }
        var headers = headers(validatedBy: tag)
        headers[.contentType] = "text/csv; charset=utf-8; header=\(csv.hasHeader ? "present" : "absent")"
        headers[.contentDisposition] = "attachment; filename=\"table-\(id).csv\""
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                for try await part in csv { try await writer.write(ByteBuffer(bytes: part)) }
                try await writer.finish(nil)
            })
    }

    private func tag(of version: Int64) -> EntityTag {
        EntityTag("\(version)-\(release)-\(templates.fingerprint)")
    }

    /// Whoever keeps a copy asks each time whether it still holds, so that a push shows at once; that costs a look at
    /// one row.
    private func headers(validatedBy tag: EntityTag) -> HTTPFields {
        var headers = PageHeaders.embeddable(styleSource: templates.style.source)
        headers[.eTag] = tag.description
        headers[.cacheControl] = "public, no-cache"
        return headers
    }

    private func unchanged(_ tag: EntityTag) -> Response {
        Response(status: .notModified, headers: [.eTag: tag.description, .cacheControl: "public, no-cache"])
    }

    private var missing: Response {
        message(.notFound, "There is no such table", "It may have been deleted, or it is not public.")
    }

    private var unavailable: Response {
        var response = message(
            .serviceUnavailable, "The table cannot be shown now", "The database does not answer. Try again later.")
        response.headers[.retryAfter] = "1"
        return response
    }

    private func message(_ status: HTTPResponse.Status, _ title: String, _ text: String) -> Response {
        var headers = PageHeaders.embeddable(styleSource: templates.style.source)
        headers[.cacheControl] = "no-store"
        let html = templates.render(.message, ["title": title, "text": text, "style": templates.style.text])
        return Response(
            status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: html)))
    }
}
