/// The name of a table: one segment of the names of its events, `item.{name}.created` and so on.
public struct TableName: Sendable, Hashable, CustomStringConvertible {
    public static let bytesMax = 64
    /// Of a name that is made of a title: there has to be room for `_` and an id behind it.
    private static let derivedBytesMax = 50

    public let text: String

    public init(_ text: String, member: String = "name") throws(ValidationError) {
        guard !text.isEmpty else { throw .malformed(member, "must not be empty") }
        guard text.utf8.allSatisfy({ Self.isNameByte($0) || $0 == UInt8(ascii: "-") }) else {
            throw .malformed(member, "\(quoted(text)) may hold only letters A-Z and a-z, digits, `_` and `-`")
        }
        guard text.utf8.count <= Self.bytesMax else {
            throw .outOfRange(member, "is \(text.utf8.count) bytes long, the limit is \(Self.bytesMax)")
        }
        self.text = text
    }

    /// Made of a title: `Price list (EU)` gives `price_list_eu`, and a title without a letter of A to Z and without a
    /// digit `table`.
    public init(derivedFrom title: String) {
        let words = title.lowercased().utf8.split { !Self.isNameByte($0) || $0 == UInt8(ascii: "_") }
        let name = words.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "_")
        text = name.isEmpty ? "table" : String(name.prefix(Self.derivedBytesMax))
    }

    public var description: String { text }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
