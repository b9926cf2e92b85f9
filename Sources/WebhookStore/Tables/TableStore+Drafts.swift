internal import JSONFilter
internal import Postgres
public import WebhookCore

extension TableStore {
    /// Makes a table of what somebody sent; its name is made of the title where none was sent.
    ///
    /// - Throws: a `ValidationError` without a title; `uniqueViolation` when the name is taken.
    public func create(_ draft: TableChanges, tenant: String, deadline: Duration? = nil) async throws
        -> StoredTableDocument
    {
        guard let title = draft.title else { throw ValidationError.malformed("title", "is required") }
        return try await create(
            title: title, name: draft.name?.text, base: TableName(derivedFrom: title).text,
            isPublic: draft.isPublic ?? false, document: draft.document ?? TableDocument(), tenant: tenant,
            deadline: deadline)
    }
}

extension StoredTableDocument {
    /// To be worked with, and perhaps to be stored again.
    public var document: TableDocument {
        get throws(PostgresError) {
            guard let rows = try? JSONValue(parsing: rows).arrayValue else {
                throw .undecodable(detail: "the rows of a table are not a JSON array")
            }
            return TableDocument(
                headers: try .init(headers: headers),
                rows: rows.map { TableRow($0.arrayValue?.compactMap(\.stringValue) ?? []) },
                settings: settings, formatting: formatting)
        }
    }
}
