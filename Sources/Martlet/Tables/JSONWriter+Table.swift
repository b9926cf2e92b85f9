import JSONFilter
import WebhookStore

extension JSONWriter {
    /// - Parameter rows: JSON text; `nil`: without the document.
    mutating func table(_ table: StoredTable, rows: [UInt8]? = nil) {
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
        if let rows {
            name("data")
            beginObject()
            name("headers")
            raw(table.headers)
            name("rows")
            raw(rows)
            name("settings")
            raw(table.settings)
            name("formatting")
            raw(table.formatting)
            endObject()
        }
        name("created_at")
        time(table.createdAt)
        name("updated_at")
        time(table.updatedAt)
        endObject()
    }
}
