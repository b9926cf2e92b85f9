import Glibc

/// An IPv4 or IPv6 address: a plain value, without port, zone or prefix length.
///
/// An IPv4 address written inside IPv6 (`::ffff:127.0.0.1`) stays IPv6 and is not equal to the IPv4 one: whoever judges
/// addresses looks at `bytes` and decides what they embed.
public enum IPAddress: Hashable, Sendable {
    /// In host byte order: `127.0.0.1` is `0x7f00_0001`.
    case v4(UInt32)
    /// The first and the last eight bytes, in host byte order.
    case v6(high: UInt64, low: UInt64)

    /// Four or sixteen bytes in network order; `nil` for any other count.
    public init?(bytes: some Collection<UInt8>) {
        func integer<T: FixedWidthInteger>(_ bytes: some Collection<UInt8>) -> T {
            bytes.reduce(0) { $0 << 8 | T(truncatingIfNeeded: $1) }
        }
        switch bytes.count {
        case 4: self = .v4(integer(bytes))
        case 16: self = .v6(high: integer(bytes.prefix(8)), low: integer(bytes.dropFirst(8)))
        default: return nil
        }
    }

    /// Strict text forms only, as in RFC 4291 §2.2 and dotted decimal with four parts: `127.1`, `0x7f000001`, brackets
    /// and zones (`%eth0`) yield `nil`.
    public init?(_ text: String) {
        var v4 = in_addr()
        var v6 = in6_addr()
        if text.utf8.contains(0) { return nil }
        if inet_pton(AF_INET, text, &v4) == 1 {
            self = .v4(UInt32(bigEndian: v4.s_addr))
        } else if inet_pton(AF_INET6, text, &v6) == 1 {
            self.init(v6)
        } else {
            return nil
        }
    }

    /// The address in `socketAddress`, or `nil` when it is neither IPv4 nor IPv6.
    ///
    /// - Parameter socketAddress: points to as many bytes as its family says, not just to a `sockaddr`.
    init?(_ socketAddress: UnsafePointer<sockaddr>) {
        let raw = UnsafeRawPointer(socketAddress)
        switch Int32(socketAddress.pointee.sa_family) {
        case AF_INET: self = .v4(UInt32(bigEndian: raw.loadUnaligned(as: sockaddr_in.self).sin_addr.s_addr))
        case AF_INET6: self.init(raw.loadUnaligned(as: sockaddr_in6.self).sin6_addr)
        default: return nil
        }
    }

    private init(_ address: in6_addr) {
        self = withUnsafeBytes(of: address) { bytes in
            .v6(
                high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
        }
    }

    /// Network order: four bytes for IPv4, sixteen for IPv6.
    public var bytes: [UInt8] {
        switch self {
        case .v4(let value): withUnsafeBytes(of: value.bigEndian) { Array($0) }
        case .v6(let high, let low):
            withUnsafeBytes(of: high.bigEndian) { Array($0) } + withUnsafeBytes(of: low.bigEndian) { Array($0) }
        }
    }
}

extension IPAddress: CustomStringConvertible {
    /// Dotted decimal, or the form of RFC 5952 (lower case, longest run of zeros as `::`, mapped IPv4 dotted).
    public var description: String {
        let family = if case .v4 = self { AF_INET } else { AF_INET6 }
        let bytes = bytes
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { text in
            let written = inet_ntop(family, bytes, text.baseAddress, socklen_t(text.count))
            precondition(written != nil, "the buffer holds every address")
            return String(cString: text.baseAddress!)
        }
    }
}
