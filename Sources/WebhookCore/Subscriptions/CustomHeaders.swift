/// The headers a subscription adds to each of its requests, after those that the wire owns.
///
/// Values may be credentials, so `description` shows only the names.
public struct CustomHeaders: Sendable, Hashable, CustomStringConvertible {
    public static let countMax = 50
    /// Of all names and values together.
    public static let bytesMax = 8_192

    public static let none = CustomHeaders(stored: [])

    public let fields: [HeaderField]

    /// - Parameter member: what the error calls the whole set; the name of a header is appended to it.
    public init(_ fields: [HeaderField], member: String = "custom_headers") throws(ValidationError) {
        guard fields.count <= CustomHeaders.countMax else {
            throw .outOfRange(member, "has \(fields.count) headers, the limit is \(CustomHeaders.countMax)")
        }
        var bytes = 0
        var seen: Set<String> = []
        for field in fields {
            try CustomHeaders.check(field, member: member)
            guard seen.insert(field.name.lowercased()).inserted else {
                throw .malformed(member, "has the header \(quoted(field.name)) twice (names ignore case)")
            }
            bytes += field.name.utf8.count + field.value.utf8.count
        }
        guard bytes <= CustomHeaders.bytesMax else {
            throw .outOfRange(member, "has \(bytes) bytes of names and values, the limit is \(CustomHeaders.bytesMax)")
        }
        self.fields = fields
    }

    /// Adopts headers that were checked when they were stored.
    public init(stored fields: [HeaderField]) {
        self.fields = fields
    }

    public var description: String { fields.map { "\($0.name): …" }.joined(separator: ", ") }

    private static func check(_ field: HeaderField, member: String) throws(ValidationError) {
        guard !field.name.isEmpty, field.name.utf8.allSatisfy(isTokenByte) else {
            throw .malformed(member, "\(quoted(field.name)) is no header name (a token of RFC 9110 §5.6.2)")
        }
        guard !ownedNames.contains(field.name.lowercased()) else {
            throw .malformed(member, "must not set \(quoted(field.name)): this gateway sets that header itself")
        }
        for byte in field.value.utf8 where (byte < 0x20 && byte != 0x09) || byte == 0x7F {
            let name = [0x00: "NUL", 0x0A: "LF", 0x0D: "CR"][byte] ?? "a control character"
            throw .malformed(member, "the value of \(quoted(field.name)) must not contain \(name)")
        }
        // Blanks around a value are not part of it (RFC 9110 §5.5): the receiver would not see them.
        let edges = [field.value.utf8.first, field.value.utf8.last]
        guard !edges.contains(UInt8(ascii: " ")), !edges.contains(0x09) else {
            throw .malformed(member, "the value of \(quoted(field.name)) must not begin or end with a blank")
        }
    }

    /// In small letters: the frame of the message, the hop-by-hop names, and every header of any profile, as the
    /// profile may change while the headers stay.
    private static let ownedNames: Set<String> = Set(
        [
            "content-type", "content-length", "host", "user-agent", "x-webhook-event", "x-delivery-id",
            "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te",
            "trailer", "transfer-encoding", "upgrade", "expect",
        ] + Profile.allCases.flatMap(\.signatureHeaders).map { $0.lowercased() })

    /// `tchar` of RFC 9110 §5.6.2.
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
