/// Where pushes into a table go: an absolute URL.
///
/// It goes between quotes of several languages, so it holds no character that means something in one of them.
public struct PushAddress: Sendable, Equatable, CustomStringConvertible {
    public let description: String

    /// - Parameters:
    ///   - base: the URL of the gateway as outside systems see it, with or without a slash at its end, e.g.
    ///     `https://gateway.example`.
    ///   - table: the id of the table.
    public init?(base: String, table: some BinaryInteger) {
        let base = base.hasSuffix("/") ? base.dropLast() : base[...]
        guard let scheme = ["https://", "http://"].first(where: base.hasPrefix) else { return nil }
        let rest = base.utf8.dropFirst(scheme.utf8.count)
        guard let first = rest.first, Self.isHostStart(first), rest.allSatisfy(Self.isHarmless) else { return nil }
        description = "\(base)/v1/tables/\(table)/webhook"
    }

    /// A name, or an IPv6 address in brackets.
    private static func isHostStart(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || byte == UInt8(ascii: "[")
    }

    private static func isHarmless(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || "-._~:/[]".utf8.contains(byte)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }
}
