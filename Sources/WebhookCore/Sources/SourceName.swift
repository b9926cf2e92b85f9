/// What a source is called: a segment of the path it is pushed to, and of its events' names.
public struct SourceName: Sendable, Hashable, CustomStringConvertible {
    public static let lengthRange = 1...64

    public let text: String

    public init(_ text: String, member: String = "name") throws(ValidationError) {
        guard Self.lengthRange.contains(text.utf8.count) else {
            throw .outOfRange(member, "must have 1 to \(Self.lengthRange.upperBound) characters")
        }
        guard text.utf8.allSatisfy(Self.allows) else {
            throw .malformed(member, "\(quoted(text)) may hold only letters A-Z and a-z, digits, `_` and `-`")
        }
        self.text = text
    }

    /// Adopts a name that was checked when it was stored.
    public init(stored text: String) {
        self.text = text
    }

    public var description: String { text }

    private static func allows(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
