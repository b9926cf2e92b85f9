import EndToEndSupport
import JSONFilter

extension GatewayClient {
    /// Makes a table of two columns; returns its id.
    ///
    /// - Parameter rows: JSON text.
    func makeTable(
        title: String = "Prices", headers: [String] = ["Name", "Price"],
        rows: String = #"[["<b>Tea</b>", 3.20], ["Rum", 10]]"#, isPublic: Bool = true
    ) async throws -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("title")
        writer.string(title)
        writer.name("public")
        writer.bool(isPublic)
        writer.name("data")
        writer.beginObject()
        writer.name("headers")
        writer.beginArray()
        for header in headers { writer.string(header) }
        writer.endArray()
        writer.name("rows")
        writer.raw(Array(rows.utf8))
        writer.endObject()
        writer.endObject()
        let body = String(decoding: writer.bytes, as: UTF8.self)
        return try await call("POST", "/v1/tables", body, expecting: 201).string("id")
    }

    /// Reads what everybody may read: without a key.
    func read(_ target: String, method: String = "GET", ifNoneMatch tag: String? = nil) async throws -> Answer {
        try await send(method, target, headers: tag.map { ["If-None-Match: \($0)"] } ?? [], isAnonymous: true)
    }
}
