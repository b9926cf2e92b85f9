/// Where the requests of a subscription go: an absolute `https` URL (RFC 3986) without user information or fragment.
///
/// The text is kept exactly as it was given. The check on save catches mistakes early; what protects the network is
/// the address guard at the moment of connecting.
public struct SubscriptionURL: Sendable, Hashable, CustomStringConvertible {
    public static let bytesMax = 2_048

    public let text: String

    /// - Parameters:
    ///   - member: what the error calls the value.
    ///   - allowHTTP: accept `http` too (`MARTLET_ALLOW_HTTP`).
    ///   - addressGuard: refuses hosts that are addresses, in any spelling, and `localhost`.
    public init(
        _ text: String, member: String = "url", allowHTTP: Bool, addressGuard: AddressGuard
    ) throws(ValidationError) {
        guard !text.isEmpty else { throw .malformed(member, "must not be empty") }
        guard text.utf8.count <= SubscriptionURL.bytesMax else {
            throw .outOfRange(member, "is \(text.utf8.count) bytes long, the limit is \(SubscriptionURL.bytesMax)")
        }
        try SubscriptionURL.checkCharacters(of: text, member: member)
        let rest = try SubscriptionURL.dropScheme(of: text, member: member, allowHTTP: allowHTTP)
        let authority = rest.prefix { !"/?".contains($0) }
        let host = try SubscriptionURL.host(of: authority, member: member)
        try SubscriptionURL.check(host: host, member: member, addressGuard: addressGuard)
        self.text = text
    }

    /// Adopts a URL that was checked when it was stored.
    public init(stored text: String) {
        self.text = text
    }

    public var description: String { text }

    /// Scheme, host and port: what logs may show. Paths and queries often carry a credential.
    public var origin: String {
        let schemeEnd = text.firstRange(of: "://")?.upperBound ?? text.startIndex
        return String(text[..<schemeEnd] + text[schemeEnd...].prefix { !"/?".contains($0) })
    }

    private static func checkCharacters(of text: String, member: String) throws(ValidationError) {
        let bytes = Array(text.utf8)
        for (index, byte) in bytes.enumerated() {
            switch byte {
            case 0..<0x20, 0x7F, UInt8(ascii: " "):
                throw .malformed(member, "must not contain spaces or control characters (byte \(index))")
            case 0x80...:
                throw .malformed(
                    member,
                    "must be ASCII: write the host name in Punycode (xn--…) and percent-encode the rest (byte \(index))"
                )
            case UInt8(ascii: "#"):
                throw .malformed(member, "must not have a fragment (`#…`): it would never be sent")
            case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "^"),
                UInt8(ascii: "`"), UInt8(ascii: "{"), UInt8(ascii: "|"), UInt8(ascii: "}"):
                throw .malformed(
                    member, "must percent-encode `\(Character(UnicodeScalar(byte)))` (byte \(index), RFC 3986)")
            case UInt8(ascii: "%"):
                guard index + 2 < bytes.count, bytes[index + 1].isHexDigit, bytes[index + 2].isHexDigit else {
                    throw .malformed(member, "has a `%` without two hexadecimal digits behind it (byte \(index))")
                }
            default: break
            }
        }
    }

    private static func dropScheme(
        of text: String, member: String, allowHTTP: Bool
    ) throws(ValidationError) -> Substring {
        let scheme = text.prefix { $0 != ":" }
        guard text.dropFirst(scheme.count).hasPrefix("://") else {
            throw .malformed(member, "must be an absolute URL that begins with https://")
        }
        switch scheme.lowercased() {
        case "https": break
        case "http" where allowHTTP: break
        case "http":
            throw .malformed(member, "must use https; http is for local tests only (MARTLET_ALLOW_HTTP=true)")
        default: throw .malformed(member, "must use https, not \(quoted(scheme))")
        }
        return text.dropFirst(scheme.count + 3)
    }

    /// The host of `authority`, in small letters and with the brackets of IPv6; checks the port on the way.
    private static func host(of authority: Substring, member: String) throws(ValidationError) -> String {
        guard !authority.contains("@") else {
            throw .malformed(
                member, "must not contain a user name or password; send credentials in custom_headers instead")
        }
        let host: Substring
        let portText: Substring
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else {
                throw .malformed(member, "has a `[` without a `]` in its host")
            }
            host = authority[...end]
            portText = authority[authority.index(after: end)...]
        } else {
            host = authority.prefix { $0 != ":" }
            portText = authority.dropFirst(host.count)
        }
        guard !host.isEmpty else { throw .malformed(member, "must have a host") }
        if !portText.isEmpty {
            let digits = portText.dropFirst()
            guard
                portText.hasPrefix(":"), (1...5).contains(digits.utf8.count),
                digits.utf8.allSatisfy({ $0.decimalDigit != nil }),
                let port = Int(digits), (1...65_535).contains(port)
            else { throw .malformed(member, "must have a port of 1 to 65535 after the host, or none") }
        }
        return host.lowercased()
    }

    private static func check(
        host: String, member: String, addressGuard: AddressGuard
    ) throws(ValidationError) {
        if host.hasPrefix("[") {
            guard case .v6(let value)? = NetworkAddress(host.dropFirst().dropLast()) else {
                throw .malformed(member, "has a host in brackets that is no IPv6 address")
            }
            return try check(address: .v6(value), member: member, addressGuard: addressGuard)
        }
        for byte in host.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
                UInt8(ascii: "."), UInt8(ascii: "_"):
                break
            default:
                throw .malformed(member, "may have only letters, digits, `-`, `_` and dots in its host name")
            }
        }
        let labels = (host.hasSuffix(".") ? host.dropLast() : host[...])
            .split(separator: ".", omittingEmptySubsequences: false)
        guard labels.allSatisfy({ (1...63).contains($0.utf8.count) }), host.utf8.count <= 254 else {
            throw .malformed(member, "must have a host name with parts of 1 to 63 characters, 253 in all (RFC 1035)")
        }
        switch LegacyIPv4Text.read(host) {
        case .address(let value): try check(address: .v4(value), member: member, addressGuard: addressGuard)
        case .invalid: throw .malformed(member, "has a host that ends in a number but is no IPv4 address")
        case .name:
            guard labels.last == "localhost" else { return }
            guard addressGuard.permits(.v4(0x7F00_0001)) || addressGuard.permits(.v6(1)) else {
                throw .outOfRange(member, "must not point at this machine (localhost)")
            }
        }
    }

    private static func check(
        address: NetworkAddress, member: String, addressGuard: AddressGuard
    ) throws(ValidationError) {
        guard let refusal = addressGuard.refusal(of: address) else { return }
        throw .outOfRange(
            member,
            "must not point at a special-purpose address: \(refusal). An operator can allow it with MARTLET_ALLOW_ADDRESSES"
        )
    }
}
