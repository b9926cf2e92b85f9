/// What a request says its body is.
///
/// Bodies are JSON whatever `Content-Type` says: `curl -d` says that they are a form, and a body that is no JSON is
/// refused for that. Only the batch call asks, since it takes two formats.
enum MediaType: Equatable {
    case json
    /// `application/x-ndjson`: one JSON document a line.
    case ndjson

    init(_ contentType: String?) {
        let essence = (contentType ?? "").prefix { $0 != ";" }.filter { !$0.isWhitespace }.lowercased()
        self = essence == "application/x-ndjson" ? .ndjson : .json
    }
}
