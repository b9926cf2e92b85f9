import WebhookCore
import WebhookStore

/// One table for people: a line a property.
enum TableSheet {
    static func text(_ table: StoredTable) -> String {
        rows(table).map { name, value in
            "\(name)\(String(repeating: " ", count: nameWidth - name.count))\(TerminalText.line(value))"
        }.joined(separator: "\n")
    }

    private static let nameWidth = 16

    private static func rows(_ table: StoredTable) -> [(String, String)] {
        [
            ("id", "\(table.id)"),
            ("tenant", table.tenant),
            ("title", table.title),
            ("name", table.name),
            ("events", "item.\(table.name).*"),
            ("rows", "\(table.rowCount)"),
            ("version", "\(table.version)"),
            ("public", "\(table.isPublic)"),
            ("push", table.acceptsPushes ? "POST /v1/tables/\(table.id)/webhook" : "disabled: no secret"),
            ("created_at", table.createdAt.rfc3339()),
            ("updated_at", table.updatedAt.rfc3339()),
        ]
    }
}
