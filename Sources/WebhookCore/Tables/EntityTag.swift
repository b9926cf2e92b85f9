/// A strong entity tag (RFC 9110 §8.8.3): the same tag, the same bytes.
public struct EntityTag: Sendable, Hashable, CustomStringConvertible {
    /// With its quotes, as `ETag` carries it.
    public let description: String

    /// - Parameter opaque: letters, digits, `-` and `.`.
    public init(_ opaque: String) {
        description = "\"\(opaque)\""
    }

    /// Whether the client that sent `If-None-Match` has what this tag stands for (RFC 9110 §13.1.2): the field is `*`
    /// or a list in which the tag stands, weak or strong.
    public func isAmong(ifNoneMatch field: String) -> Bool {
        var rest = field[...]
        while true {
            rest = rest.drop { $0 == " " || $0 == "\t" || $0 == "," }
            guard let first = rest.first else { return false }
            if first == "*" { return true }
            if rest.hasPrefix("W/") { rest = rest.dropFirst(2) }
            guard rest.first == "\"", let end = rest.dropFirst().firstIndex(of: "\"") else { return false }
            if rest[...end] == description { return true }
            rest = rest[rest.index(after: end)...]
        }
    }
}
