/// The IPv4 addresses that an IPv6 address carries inside: a gateway, a relay or the kernel may send the packet there.
enum EmbeddedIPv4 {
    /// - Parameter allowedPrefixLength: the length of the range that an operator allowed around `address`. It tells the
    ///   layout inside the local-use NAT64 prefix, which the address alone does not; a length for which RFC 6052 §2.2
    ///   has no layout, or `nil`, means the last 32 bits.
    static func addresses(in address: UInt128, allowedPrefixLength: Int?) -> [UInt32] {
        func bits(from start: Int) -> UInt32 { UInt32(truncatingIfNeeded: address >> UInt128(96 - start)) }
        let last = bits(from: 96)
        let high = UInt64(truncatingIfNeeded: address >> 64)

        // 6to4, 2002::/16 (RFC 3056 §2).
        if high >> 48 == 0x2002 { return [bits(from: 16)] }
        // Teredo, 2001::/32 (RFC 4380 §4): the server, and the client with every bit inverted.
        if high >> 32 == 0x2001_0000 { return [bits(from: 32), ~last] }
        // NAT64, 64:ff9b::/96 (RFC 6052 §2.1).
        if address >> 32 == 0x0064_FF9B_0000_0000_0000_0000 { return [last] }
        // NAT64 for local use, 64:ff9b:1::/48 (RFC 8215).
        if high >> 16 == 0x0064_FF9B_0001 {
            return [translated(address, prefixLength: allowedPrefixLength) ?? last]
        }
        if high == 0 {
            switch UInt32(truncatingIfNeeded: address >> 32) {
            // Compatible, ::/96 (RFC 4291 §2.5.5.1); `::` and `::1` are addresses of their own, §2.5.2 and §2.5.3.
            case 0: return last > 1 ? [last] : []
            // Mapped, ::ffff:0:0/96 (RFC 4291 §2.5.5.2), and translated, ::ffff:0:0:0/96 (RFC 2765 §2.1).
            case 0x0000_FFFF, 0xFFFF_0000: return [last]
            default: return []
            }
        }
        // ISATAP (RFC 5214 §6.1): interface id 0:5efe or 200:5efe, then IPv4, below any prefix.
        if UInt32(truncatingIfNeeded: address >> 32) & 0xFDFF_FFFF == 0x0000_5EFE { return [last] }
        return []
    }

    /// The layouts of RFC 6052 §2.2: the IPv4 bits follow the prefix but leave out bits 64 to 71.
    private static func translated(_ address: UInt128, prefixLength: Int?) -> UInt32? {
        guard let prefixLength, [48, 56, 64].contains(prefixLength) else { return nil }
        let before = 64 - prefixLength
        let after = 32 - before
        let head = before == 0 ? 0 : UInt32(truncatingIfNeeded: address >> 64) & (UInt32.max >> UInt32(32 - before))
        let tail = UInt32(truncatingIfNeeded: address >> UInt128(56 - after)) & (UInt32.max >> UInt32(32 - after))
        return head << UInt32(after) | tail
    }
}
