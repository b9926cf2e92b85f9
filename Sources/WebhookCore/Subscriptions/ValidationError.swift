/// Why a value that somebody sent is refused: which member, and which rule it breaks.
///
/// The text is meant for the person who sent the value. It never quotes a secret.
public struct ValidationError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Kind: Sendable, Hashable {
        /// Not of the right form; HTTP answers 400.
        case malformed
        /// Of the right form, but beyond a limit or not allowed here; HTTP answers 422.
        case outOfRange
    }

    /// The JSON member (or setting) at fault, e.g. `events[2]`.
    public let member: String
    /// The rule that is broken, as the rest of a sentence that begins with the member.
    public let rule: String
    public let kind: Kind

    public init(member: String, rule: String, kind: Kind) {
        (self.member, self.rule, self.kind) = (member, rule, kind)
    }

    public static func malformed(_ member: String, _ rule: String) -> ValidationError {
        ValidationError(member: member, rule: rule, kind: .malformed)
    }

    public static func outOfRange(_ member: String, _ rule: String) -> ValidationError {
        ValidationError(member: member, rule: rule, kind: .outOfRange)
    }

    public var description: String { "\(member): \(rule)" }

    /// The status an HTTP answer gives this error.
    public var httpStatus: Int {
        switch kind {
        case .malformed: 400
        case .outOfRange: 422
        }
    }
}

/// `text` between backticks, shortened and without control characters, fit to be quoted in a message.
func quoted(_ text: some StringProtocol) -> String {
    let charactersMax = 80
    let shown = text.prefix(charactersMax).unicodeScalars.map { scalar in
        scalar.properties.generalCategory == .control ? "\u{FFFD}" : Character(scalar)
    }
    return "`\(String(shown))\(text.count > charactersMax ? "…" : "")`"
}
