internal import CLibPQ

/// libpq's connection options by keyword.
struct ConnectionOptions: Equatable, Sendable {
    var values: [String: String]

    init(values: [String: String]) { self.values = values }

    /// The options a URI or `key=value` string names; no defaults.
    init(parsing url: String) throws(PostgresError) {
        var message: UnsafeMutablePointer<CChar>?
        guard let parsed = PQconninfoParse(url, &message) else {
            defer { PQfreemem(message) }
            let detail = message.map { String(cString: $0) } ?? "out of memory"
            throw .invalidConfiguration(detail: ServerMessage.oneLine(Self.withoutURL(detail, url)))
        }
        defer { PQconninfoFree(parsed) }
        values = Self.values(of: parsed)
    }

    /// What libpq takes from the environment and its service file.
    static func defaults() -> ConnectionOptions {
        guard let parsed = PQconndefaults() else { return ConnectionOptions(values: [:]) }
        defer { PQconninfoFree(parsed) }
        return ConnectionOptions(values: values(of: parsed))
    }

    private static func values(of options: UnsafeMutablePointer<PQconninfoOption>) -> [String: String] {
        var values: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { values[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        return values
    }

    /// libpq quotes the whole URI, password included, in some of its messages.
    private static func withoutURL(_ message: String, _ url: String) -> String {
        guard !url.isEmpty else { return message }
        var shown: [UInt8] = []
        var rest = Array(message.utf8)[...]
        let needle = Array(url.utf8)
        while !rest.isEmpty {
            if rest.starts(with: needle) {
                shown += Array("…".utf8)
                rest = rest.dropFirst(needle.count)
            } else {
                shown.append(rest.removeFirst())
            }
        }
        return String(decoding: shown, as: UTF8.self)
    }
}
