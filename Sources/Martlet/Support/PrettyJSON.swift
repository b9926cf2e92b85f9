import JSONFilter

/// JSON for people: a member a line. Numbers and strings are what they were, blanks between them are not.
enum PrettyJSON {
    private static let step = "  "

    /// Text that is no JSON stays as it is.
    static func text(_ bytes: [UInt8]) -> String {
        guard let value = try? JSONValue(parsing: bytes) else { return String(decoding: bytes, as: UTF8.self) }
        return text(value, indentation: "")
    }

    private static func text(_ value: JSONValue, indentation: String) -> String {
        let inner = indentation + step
        switch value {
        case .array(let elements) where !elements.isEmpty:
            return list(elements.map { inner + text($0, indentation: inner) }, "[", "]", indentation)
        case .object(let members) where !members.isEmpty:
            return list(
                members.map { "\(inner)\(scalar(.string($0.name))): \(text($0.value, indentation: inner))" },
                "{", "}", indentation)
        default:
            return scalar(value)
        }
    }

    private static func list(_ lines: [String], _ open: String, _ close: String, _ indentation: String) -> String {
        "\(open)\n\(lines.joined(separator: ",\n"))\n\(indentation)\(close)"
    }

    private static func scalar(_ value: JSONValue) -> String {
        var writer = JSONWriter()
        writer.value(value)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
