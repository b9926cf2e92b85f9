/// What an address begins with.
enum URLStart {
    /// Something that ends with a colon: the place of an allowed scheme in `URLSchemes`, or `nil` for anything else; and
    /// where the rest begins.
    case scheme(Int?, end: Int)
    case relative

    /// - Parameter value: with its references as they were written.
    init(of value: UnsafeBufferPointer<UInt8>) {
        var name = SchemeName()
        var index = 0
        while index < value.count {
            let (character, end) = Self.character(at: index, in: value)
            index = end
            switch character {
            case nil: name.isForeign = true
            case UInt8(ascii: ":"):
                self = .scheme(name.place, end: end)
                return
            case UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#"):
                self = .relative
                return
            case UInt8(ascii: "&"):
                name.isForeign = true
                // Not the mark of a fragment: `&#` may be what is left of a reference.
                if index < value.count, value[index] == UInt8(ascii: "#") { index += 1 }
            case let byte?: name.append(byte)
            }
        }
        self = .relative
    }

    /// The ASCII character at `index`, `nil` for any other, and where the next one begins.
    ///
    /// Besides the references that stay, what a colon can be written as is one: `&colon;`, and `&#58` or `&#x3a` without a
    /// semicolon.
    private static func character(at index: Int, in value: UnsafeBufferPointer<UInt8>) -> (UInt8?, end: Int) {
        guard value[index] == UInt8(ascii: "&") else {
            return (value[index] < 0x80 ? value[index] : nil, index + 1)
        }
        if let reference = CharacterReference(at: index, in: value) {
            let byte = reference.scalar.flatMap { $0.isASCII ? UInt8($0.value) : nil }
            return (byte, reference.end)
        }
        if let end = endOfColon(at: index + 1, in: value) { return (UInt8(ascii: ":"), end) }
        return (UInt8(ascii: "&"), index + 1)
    }

    private static func endOfColon(at start: Int, in value: UnsafeBufferPointer<UInt8>) -> Int? {
        if let end = end(of: "colon;", at: start, in: value) { return end }
        guard start < value.count, value[start] == UInt8(ascii: "#") else { return nil }
        let isHexadecimal = start + 1 < value.count && value[start + 1] | 0x20 == UInt8(ascii: "x")
        var digits = isHexadecimal ? start + 2 : start + 1
        while digits < value.count, value[digits] == UInt8(ascii: "0") { digits += 1 }
        guard let end = end(of: isHexadecimal ? "3a" : "58", at: digits, in: value) else { return nil }
        let isLonger = end < value.count && (isHexadecimal ? ASCII.isHexDigit : ASCII.isDigit)(value[end])
        return isLonger ? nil : end
    }

    private static func end(
        of text: StaticString, at start: Int, in value: UnsafeBufferPointer<UInt8>
    ) -> Int? {
        let count = text.utf8CodeUnitCount
        guard value.count - start >= count else { return nil }
        for offset in 0..<count where ASCII.lowercased(value[start + offset]) != text.utf8Start[offset] { return nil }
        return start + count
    }
}

/// A scheme while it is read.
private struct SchemeName {
    private var bytes: [UInt8] = []
    /// Whether it cannot be an allowed one.
    var isForeign = false

    mutating func append(_ byte: UInt8) {
        if byte <= 0x20 { return }
        if bytes.count < URLSchemes.longest { bytes.append(ASCII.lowercased(byte)) } else { isForeign = true }
    }

    var place: Int? {
        isForeign ? nil : bytes.withUnsafeBufferPointer { URLSchemes.table.index(of: $0) }
    }
}
