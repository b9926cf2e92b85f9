internal import JSONFilter
internal import Postgres
internal import WebhookCore

private let columns = "plugin, event_name, event_type, content_table, description"

extension RegisteredEventType {
    fileprivate init(_ row: inout RowReader) throws(PostgresError) {
        key = try Key(plugin: row.text(), event: row.text())
        kind = try row.text()
        contentTable = try row.textOrNil()
        description = try row.text()
    }
}

/// Checked again by the database, for those who call it themselves.
struct InstallPlugin: Statement {
    let manifest: PluginManifest

    static let sql = "SELECT martlet.install_plugin($1, $2, $3::jsonb)"

    func encode(into parameters: inout Parameters) {
        parameters.text(manifest.name)
        parameters.textArray(manifest.contentTables)
        parameters.json(events)
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> Int32 { try row.int32() }

    private var events: [UInt8] {
        var writer = JSONWriter()
        writer.beginArray()
        for event in manifest.events {
            writer.beginObject()
            writer.name("name")
            writer.string(event.name.text)
            writer.name("type")
            writer.string(event.kind.rawValue)
            writer.name("description")
            writer.string(event.description)
            writer.endObject()
        }
        writer.endArray()
        return writer.bytes
    }
}

struct SelectEventTypes: Statement {
    let plugin: String?
    let after: RegisteredEventType.Key?
    let limit: Int

    static let sql = """
        SELECT \(columns)
        FROM martlet.webhook_events
        WHERE ($1::text IS NULL OR plugin = $1)
          AND (plugin COLLATE "C", event_name COLLATE "C") > ($2, $3)
        ORDER BY plugin COLLATE "C", event_name COLLATE "C"
        LIMIT $4
        """

    func encode(into parameters: inout Parameters) {
        parameters.text(plugin)
        parameters.text(after?.plugin ?? "")
        parameters.text(after?.event ?? "")
        parameters.int4(Int32(clamping: limit))
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> RegisteredEventType {
        try RegisteredEventType(&row)
    }
}

struct SelectEventType: Statement {
    let key: RegisteredEventType.Key

    static let sql = "SELECT \(columns) FROM martlet.webhook_events WHERE plugin = $1 AND event_name = $2"

    func encode(into parameters: inout Parameters) {
        parameters.text(key.plugin)
        parameters.text(key.event)
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> RegisteredEventType {
        try RegisteredEventType(&row)
    }
}

struct DescribeEventType: Statement {
    let key: RegisteredEventType.Key
    let description: String

    static let sql = "SELECT martlet.describe_event_type($1, $2, $3)"

    func encode(into parameters: inout Parameters) {
        parameters.text(key.plugin)
        parameters.text(key.event)
        parameters.text(description)
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> Bool { try row.bool() }
}
