import JSONFilter
import WebhookCore
import WebhookStore

extension JSONWriter {
    /// With its document.
    static func table(_ found: StoredTableDocument) -> JSONWriter {
        let table = found.table
        var writer = JSONWriter(
            reservingCapacity: 512 + found.rows.count + table.headers.count + table.settings.count
                + table.formatting.count)
        writer.table(table) { writer in
            writer.name("data")
            writer.beginObject()
            writer.name("headers")
            writer.raw(table.headers)
            writer.name("rows")
            writer.raw(found.rows)
            writer.name("settings")
            writer.raw(table.settings)
            writer.name("formatting")
            writer.raw(table.formatting)
            writer.endObject()
        }
        return writer
    }

    mutating func table(_ table: StoredTable, document: (inout JSONWriter) -> Void = { _ in }) {
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
        time(table.createdAt)
        name("updated_at")
        time(table.updatedAt)
        endObject()
    }
}
