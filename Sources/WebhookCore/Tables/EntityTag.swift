/// A strong entity tag (RFC 9110 §8.8.3): the same tag, the same bytes.
public struct EntityTag: Sendable, Hashable, CustomStringConvertible {
    /// With its quotes, as `ETag` carries it.
    public let description: String

    /// - Parameter opaque: letters, digits, `-` and `.`.
    public init(_ opaque: String) {
        description = "\"\(opaque)\""
    }

    /// What stands between the quotes.
    public var opaque: Substring { description.dropFirst().dropLast() }

    /// Whether the client that sent `If-None-Match` has what this tag stands for (RFC 9110 §13.1.2): the field is `*`
    /// or a list in which the tag stands, weak or strong.
    public func isAmong(ifNoneMatch field: String) -> Bool {
        let list = Self.list(field)
        return list.endsWithAsterisk || list.tags.contains { $0.tag == self }
    }

    /// The tags of which `If-Match` wants one (RFC 9110 §13.1.1), without weak ones, which never match; `nil`: `*`,
    /// whatever there is. What is no list has the tags in front of the mistake.
    public static func wanted(ifMatch field: String) -> [EntityTag]? {
        let list = list(field)
        if list.endsWithAsterisk, list.tags.isEmpty { return nil }
        return list.tags.filter { !$0.isWeak }.map(\.tag)
    }

    /// Read up to the first character that belongs to no tag.
    private static func list(_ field: String) -> (tags: [(tag: EntityTag, isWeak: Bool)], endsWithAsterisk: Bool) {
        var tags: [(tag: EntityTag, isWeak: Bool)] = []
        var rest = field[...]
        while true {
            rest = rest.drop { $0 == " " || $0 == "\t" || $0 == "," }
            if rest.first == "*" { return (tags, true) }
            let isWeak = rest.hasPrefix("W/")
            if isWeak { rest = rest.dropFirst(2) }
            guard rest.first == "\"", let end = rest.dropFirst().firstIndex(of: "\"") else { return (tags, false) }
            tags.append((EntityTag(String(rest[..<end].dropFirst())), isWeak))
            rest = rest[rest.index(after: end)...]
        }
    }
}
