internal import HTMLSanitizer
internal import JSONFilter

/// What becomes of the text that a table is given.
enum TableText {
    /// A cell as it is kept: a string loses what HTML may not hold, other scalars are their JSON text as it was given,
    /// and null is empty. `nil` for an array or an object.
    static func cell(_ element: JSONArrayScanner.Element, of bytes: [UInt8]) throws(JSONError) -> String? {
        switch element.kind {
        case .string: HTMLSanitizer.sanitize(try JSONString.decode(bytes, in: element.range))
        case .number, .bool: String(decoding: bytes[element.range], as: UTF8.self)
        case .null: ""
        case .array, .object: nil
        }
    }

    /// All strings in `value` pass the HTML filter, whatever is around them, and so do the names of members.
    static func sanitized(_ value: JSONValue) -> JSONValue {
        switch value {
        case .null, .bool, .number: value
        case .string(let text): .string(HTMLSanitizer.sanitize(text))
        case .array(let elements): .array(elements.map(sanitized))
        case .object(let members):
            .object(
                members.map { JSONMember(name: HTMLSanitizer.sanitize($0.name), value: sanitized($0.value)) })
        }
    }
}
