public import JSONFilter
internal import WebhookCore

extension JSONWriter {
    /// A table with its document, as the API and the command show it.
    public static func table(_ found: StoredTableDocument) -> JSONWriter {
        var writer = JSONWriter(
            reservingCapacity: 512 + found.headers.count + found.rows.count + found.settings.count
                + found.formatting.count)
        writer.table(found.table) { writer in
            writer.name("data")
            writer.beginObject()
            writer.name("headers")
            writer.raw(found.headers)
            writer.name("rows")
            writer.raw(found.rows)
            writer.name("settings")
            writer.raw(found.settings)
            writer.name("formatting")
            writer.raw(found.formatting)
            writer.endObject()
        }
        return writer
    }

    /// A table of a list.
    public mutating func table(_ table: StoredTable) {
        self.table(table) { _ in }
    }

    private mutating func table(_ table: StoredTable, document: (inout JSONWriter) -> Void) {
        beginObject()
        name("id")
        string(table.id.description)
        name("tenant")
        string(table.tenant)
        name("title")
        string(table.title)
        name("name")
        string(table.name)
        name("public")
        bool(table.isPublic)
        name("accepts_pushes")
        bool(table.acceptsPushes)
        name("version")
        integer(table.version)
        name("rows_count")
        integer(table.rowCount)
        document(&self)
        name("created_at")
        string(table.createdAt.rfc3339())
        name("updated_at")
        string(table.updatedAt.rfc3339())
        endObject()
    }
}
