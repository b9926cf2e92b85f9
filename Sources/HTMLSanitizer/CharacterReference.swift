/// A character reference that stays a reference: `&amp;`, `&#039;`, `&#x27;`. Everything else that begins with `&` is text.
///
/// A reference ends with a semicolon. It has a name of `ReferenceNames`, up to seven decimal or up to six hexadecimal
/// digits besides leading zeros, and its number is that of a character that XML 1.0 §2.2 allows.
struct CharacterReference {
    enum Kind {
        case named, decimal, hexadecimal
    }

    let kind: Kind
    /// The name, or the digits without leading zeros.
    let content: Range<Int>
    /// Behind the semicolon.
    let end: Int
    /// What it stands for; `nil` for names of characters beyond ASCII.
    let scalar: Unicode.Scalar?

    /// - Parameter start: where the `&` is.
    init?(at start: Int, in bytes: UnsafeBufferPointer<UInt8>) {
        let next = start + 1
        guard next < bytes.count else { return nil }
        if bytes[next] == UInt8(ascii: "#") {
            self.init(numberAt: next + 1, in: bytes)
        } else {
            self.init(nameAt: next, in: bytes)
        }
    }

    private init?(nameAt start: Int, in bytes: UnsafeBufferPointer<UInt8>) {
        var end = start
        // No name is longer.
        let limit = min(bytes.count, start + 10)
        while end < limit, ASCII.isLetter(bytes[end]) || ASCII.isDigit(bytes[end]) { end += 1 }
        guard end < bytes.count, bytes[end] == UInt8(ascii: ";"),
            let place = ReferenceNames.table.index(of: UnsafeBufferPointer(rebasing: bytes[start..<end]))
        else { return nil }
        kind = .named
        content = start..<end
        self.end = end + 1
        scalar = ReferenceNames.scalars[place]
    }

    private init?(numberAt start: Int, in bytes: UnsafeBufferPointer<UInt8>) {
        guard start < bytes.count else { return nil }
        let isHexadecimal = bytes[start] | 0x20 == UInt8(ascii: "x")
        var first = isHexadecimal ? start + 1 : start
        while first < bytes.count, bytes[first] == UInt8(ascii: "0") { first += 1 }
        var end = first
        var value: UInt32 = 0
        let limit = min(bytes.count, first + (isHexadecimal ? 6 : 7))
        while end < limit, isHexadecimal ? ASCII.isHexDigit(bytes[end]) : ASCII.isDigit(bytes[end]) {
            let digit = bytes[end]
            value =
                isHexadecimal
                ? value << 4 | UInt32(ASCII.isDigit(digit) ? digit & 0x0F : (digit & 0x0F) + 9)
                : value * 10 + UInt32(digit & 0x0F)
            end += 1
        }
        guard end > first, end < bytes.count, bytes[end] == UInt8(ascii: ";"), let scalar = Unicode.Scalar(value),
            Self.isAllowed(scalar)
        else { return nil }
        kind = isHexadecimal ? .hexadecimal : .decimal
        content = first..<end
        self.end = end + 1
        self.scalar = scalar
    }

    /// XML 1.0 §2.2, which leaves out U+FFFE and U+FFFF of the noncharacters; a scalar is no surrogate.
    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A, 0x0D: true
        case 0xFFFE, 0xFFFF: false
        case let value: value >= 0x20
        }
    }

    /// Writes the reference in the one form that it has in the result: `&#009;`, `&#x1F600;`.
    func write(from bytes: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "&"))
        switch kind {
        case .named: break
        case .decimal:
            output.append(UInt8(ascii: "#"))
            for _ in content.count..<max(3, content.count) { output.append(UInt8(ascii: "0")) }
        case .hexadecimal:
            output.append(UInt8(ascii: "#"))
            output.append(UInt8(ascii: "x"))
        }
        output.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[content]))
        output.append(UInt8(ascii: ";"))
    }
}
