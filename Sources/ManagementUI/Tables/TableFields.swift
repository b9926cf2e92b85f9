import JSONFilter
import WebhookCore
import WebhookStore

/// What the form of a table asks for beside its rows, as somebody filled it in.
struct TableFields: Sendable {
    var title = ""
    var name = ""
    var isPublic = false
    /// One heading a line; of a new table alone.
    var headers = ""

    init() {}

    init(_ table: StoredTable) {
        (title, name, isPublic) = (table.title, table.name, table.isPublic)
    }

    init(_ form: Form) {
        title = form["title"] ?? ""
        name = form["name"] ?? ""
        isPublic = form.isTicked("public")
        headers = form["headers"] ?? ""
    }

    /// What the page showed when the form was opened.
    init(shownBy form: Form) {
        title = form["shown-title"] ?? ""
        name = form["shown-name"] ?? ""
        isPublic = form["shown-public"] == "true"
    }

    /// The same as the API would be sent to make a table.
    ///
    /// - Throws: a `ValidationError`.
    func draft() throws -> TableChanges {
        try Self.changes { writer in
            writer.name("title")
            writer.string(title)
            if !name.isEmpty {
                writer.name("name")
                writer.string(name)
            }
            writer.name("public")
            writer.bool(isPublic)
            writer.name("data")
            writer.beginObject()
            writer.name("headers")
            writer.beginArray()
            for header in headings { writer.string(header) }
            writer.endArray()
            writer.endObject()
        }
    }

    /// What was edited: whatever is as the page showed it stays as it is now, who knows what that is.
    ///
    /// - Throws: a `ValidationError`.
    func changes(since shown: TableFields) throws -> TableChanges {
        try Self.changes { writer in
            if !Self.isSameLine(title, shown.title) {
                writer.name("title")
                writer.string(title)
            }
            if !Self.isSameLine(name, shown.name) {
                writer.name("name")
                writer.string(name)
            }
            if isPublic != shown.isPublic {
                writer.name("public")
                writer.bool(isPublic)
            }
        }
    }

    /// Byte by byte, but for line breaks, which a field of one line drops.
    private static func isSameLine(_ left: String, _ right: String) -> Bool {
        left.unicodeScalars.filter { $0 != "\n" && $0 != "\r" }
            .elementsEqual(right.unicodeScalars.filter { $0 != "\n" && $0 != "\r" })
    }

    private var headings: [String] {
        var lines = headers.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
        while lines.last?.allSatisfy(\.isWhitespace) == true { lines.removeLast() }
        return lines
    }

    private static func changes(_ members: (inout JSONWriter) -> Void) throws -> TableChanges {
        var writer = JSONWriter()
        writer.beginObject()
        members(&writer)
        writer.endObject()
        guard writer.bytes.count <= TableLimits.bodyBytesMax else {
            throw ValidationError.outOfRange("headers", "have more than \(TableLimits.bodyBytesMax.grouped) bytes")
        }
        return try TableChanges(writer.bytes)
    }
}
