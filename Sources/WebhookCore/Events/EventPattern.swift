/// What a subscription asks for: an event name, `prefix.*` for every name below a prefix at any depth, or `*` for all.
///
/// `a.*` matches `a.b` and `a.b.c`, but not `a` itself.
public struct EventPattern: Sendable, Hashable, CustomStringConvertible {
    public static let everything = EventPattern(stored: "*")

    public let text: String

    /// - Parameter member: what the error calls the value, e.g. `events[2]`.
    public init(_ text: String, member: String = "events") throws(ValidationError) {
        if text == "*" {
            self = .everything
        } else if text.hasSuffix(".*") {
            try EventPattern.checkWildcards(text.dropLast(2), whole: text, member: member)
            try EventName.check(text.dropLast(2), whole: text, member: member)
            self.text = text
        } else {
            try EventPattern.checkWildcards(text[...], whole: text, member: member)
            try EventName.check(text, whole: text, member: member)
            self.text = text
        }
    }

    /// Adopts a pattern that was checked when it was stored.
    public init(stored text: String) {
        self.text = text
    }

    public init(_ name: EventName) {
        text = name.text
    }

    public var description: String { text }

    public func matches(_ name: EventName) -> Bool {
        if text == "*" { return true }
        guard text.hasSuffix(".*") else { return text == name.text }
        // The dot stays: `a.*` must not match `ab.c`, and something must follow it.
        let prefix = text.utf8.dropLast()
        return name.text.utf8.count > prefix.count && name.text.utf8.starts(with: prefix)
    }

    private static func checkWildcards(_ part: Substring, whole: String, member: String) throws(ValidationError) {
        guard !part.utf8.contains(UInt8(ascii: "*")) else {
            throw .malformed(
                member, "\(quoted(whole)) is no pattern: use a name, `prefix.*` (every name below it) or `*` alone")
        }
    }
}
