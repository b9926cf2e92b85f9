/// What a request says its body is.
enum MediaType: Equatable {
    /// `application/json`, `application/…+json`, or not said.
    case json
    /// One JSON document a line.
    case ndjson
    case other(String)

    init(_ contentType: String?) {
        guard let contentType else {
            self = .json
            return
        }
        let essence = contentType.prefix { $0 != ";" }.filter { !$0.isWhitespace }.lowercased()
        switch essence {
        case "application/json": self = .json
        case "application/x-ndjson": self = .ndjson
        case _ where essence.hasPrefix("application/") && essence.hasSuffix("+json"): self = .json
        default: self = .other(essence)
        }
    }

    func requireJSON() throws(Problem) {
        guard self != .json else { return }
        throw .unsupportedMediaType("Content-Type: must be application/json")
    }
}
