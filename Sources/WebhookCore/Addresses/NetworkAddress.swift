/// An IPv4 or IPv6 address as a number, which makes comparing it with ranges cheap.
public enum NetworkAddress: Sendable, Hashable, CustomStringConvertible {
    case v4(UInt32)
    case v6(UInt128)

    /// Network byte order: 4 bytes are IPv4, 16 are IPv6, any other count is no address.
    public init?(_ bytes: some Collection<UInt8>) {
        switch bytes.count {
        case 4: self = .v4(bytes.reduce(0) { $0 << 8 | UInt32($1) })
        case 16: self = .v6(bytes.reduce(0) { $0 << 8 | UInt128($1) })
        default: return nil
        }
    }

    /// The usual text: four decimal numbers, or RFC 4291 §2.2 (`2001:db8::1`, `::ffff:192.0.2.1`), without brackets or
    /// a zone. Numbers with leading zeros are refused, as some programs read them as octal.
    public init?(_ text: some StringProtocol) {
        if text.utf8.contains(UInt8(ascii: ":")) {
            guard let value = parseIPv6(text) else { return nil }
            self = .v6(value)
        } else {
            guard let value = parseDottedQuad(text) else { return nil }
            self = .v4(value)
        }
    }

    public var bits: Int {
        switch self {
        case .v4: 32
        case .v6: 128
        }
    }

    /// Dotted decimal, or the canonical text of RFC 5952.
    public var description: String {
        switch self {
        case .v4(let value): dottedQuad(value)
        case .v6(let value): canonicalIPv6(value)
        }
    }
}

private func parseDottedQuad(_ text: some StringProtocol) -> UInt32? {
    let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var value: UInt32 = 0
    for part in parts {
        guard (1...3).contains(part.count), part.count == 1 || part.first != UInt8(ascii: "0") else { return nil }
        var number = 0
        for byte in part {
            guard let digit = byte.decimalDigit else { return nil }
            number = number * 10 + digit
        }
        guard number <= 255 else { return nil }
        value = value << 8 | UInt32(number)
    }
    return value
}

private func parseIPv6(_ text: some StringProtocol) -> UInt128? {
    var text = Substring(text)
    // The last 32 bits may be written as IPv4: turn them into two groups first.
    if text.utf8.contains(UInt8(ascii: ".")) {
        guard let colon = text.lastIndex(of: ":"), let tail = parseDottedQuad(text[text.index(after: colon)...]) else {
            return nil
        }
        text = text[...colon] + String(tail >> 16, radix: 16) + ":" + String(tail & 0xFFFF, radix: 16)
    }
    guard let gap = text.firstDoubleColon else {
        guard let groups = hexGroups(text), groups.count == 8 else { return nil }
        return joined(groups)
    }
    let tail = text[gap.upperBound...]
    guard
        tail.firstDoubleColon == nil, !tail.hasPrefix(":"),
        let left = hexGroups(text[..<gap.lowerBound]), let right = hexGroups(tail),
        left.count + right.count < 8
    else { return nil }
    return joined(left + Array(repeating: 0, count: 8 - left.count - right.count) + right)
}

private func hexGroups(_ text: Substring) -> [UInt16]? {
    guard !text.isEmpty else { return [] }
    var groups: [UInt16] = []
    for part in text.split(separator: ":", omittingEmptySubsequences: false) {
        guard
            (1...4).contains(part.utf8.count), part.utf8.allSatisfy({ $0.isHexDigit }),
            let group = UInt16(part, radix: 16)
        else { return nil }
        groups.append(group)
    }
    return groups
}

private func joined(_ groups: [UInt16]) -> UInt128 {
    groups.reduce(0) { $0 << 16 | UInt128($1) }
}

private func dottedQuad(_ value: UInt32) -> String {
    "\(value >> 24).\(value >> 16 & 0xFF).\(value >> 8 & 0xFF).\(value & 0xFF)"
}

private func canonicalIPv6(_ value: UInt128) -> String {
    // RFC 5952 §5: mapped addresses keep their IPv4 text.
    if value >> 32 == 0xFFFF { return "::ffff:" + dottedQuad(UInt32(truncatingIfNeeded: value)) }
    let groups = (0..<8).map { UInt16(truncatingIfNeeded: value >> UInt128(112 - 16 * $0)) }
    var longest = 0..<0
    var start = 0
    while start < 8 {
        var end = start
        while end < 8, groups[end] == 0 { end += 1 }
        if end - start > longest.count { longest = start..<end }
        start = max(end, start + 1)
    }
    func text(_ part: ArraySlice<UInt16>) -> String {
        part.map { String($0, radix: 16) }.joined(separator: ":")
    }
    // §4.2.2: a single zero group is not shortened.
    guard longest.count > 1 else { return text(groups[...]) }
    return text(groups[..<longest.lowerBound]) + "::" + text(groups[longest.upperBound...])
}

extension Substring {
    fileprivate var firstDoubleColon: Range<Index>? {
        var previous: Index?
        for index in utf8.indices {
            guard utf8[index] == UInt8(ascii: ":") else {
                previous = nil
                continue
            }
            if let previous { return previous..<utf8.index(after: index) }
            previous = index
        }
        return nil
    }
}

extension UInt8 {
    /// Whether this is an ASCII digit of base 16.
    var isHexDigit: Bool {
        decimalDigit != nil || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self | 0x20)
    }
}
