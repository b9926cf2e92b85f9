/// The spellings of an IPv4 address that `inet_aton` and browsers accept in the host of a URL: one to four numbers,
/// each decimal, octal (`0177`) or hexadecimal (`0x7f`), the last one filling what is left of the 32 bits.
/// `2130706433`, `0x7f.1` and `127.1` all are 127.0.0.1.
enum LegacyIPv4Text {
    enum Reading: Equatable {
        /// Not a number at all: a name to be resolved.
        case name
        case address(UInt32)
        /// Ends in a number, so it can be no name, but is no address either (e.g. `256.1.1.1`).
        case invalid
    }

    static func read(_ host: String) -> Reading {
        // One trailing dot marks the root of DNS and changes nothing.
        let host = host.hasSuffix(".") ? host.dropLast() : host[...]
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        guard let last = parts.last, isNumeric(last) else { return .name }
        guard parts.count <= 4 else { return .invalid }

        var value: UInt64 = 0
        for (index, part) in parts.enumerated() {
            guard let number = number(part) else { return .invalid }
            let isLast = index == parts.count - 1
            let bits = isLast ? 8 * (5 - parts.count) : 8
            guard number >> UInt64(bits) == 0 else { return .invalid }
            value = value << UInt64(bits) | number
        }
        return .address(UInt32(value))
    }

    private static func isNumeric(_ part: Substring) -> Bool {
        (!part.isEmpty && part.utf8.allSatisfy { $0.decimalDigit != nil }) || part.hasHexPrefix
    }

    private static func number(_ part: Substring) -> UInt64? {
        let (digits, radix): (Substring, Int)
        if part.hasHexPrefix {
            (digits, radix) = (part.dropFirst(2), 16)
        } else if part.utf8.count > 1, part.hasPrefix("0") {
            (digits, radix) = (part.dropFirst(), 8)
        } else {
            (digits, radix) = (part, 10)
        }
        // `0x` alone is read as 0. `UInt64` would accept a sign.
        guard !digits.isEmpty else { return radix == 16 ? 0 : nil }
        guard digits.utf8.allSatisfy({ $0.isHexDigit }) else { return nil }
        return UInt64(digits, radix: radix)
    }
}

extension Substring {
    fileprivate var hasHexPrefix: Bool { hasPrefix("0x") || hasPrefix("0X") }
}
