/// JSON string literals: the text between quotes, and back.
public enum JSONString {
    /// The text of the string literal `literal`, quotes included; whitespace around it is allowed.
    ///
    /// A surrogate escape without a partner becomes U+FFFD. Throws what `JSONScanner` would, and `.notAString` for
    /// another kind of value.
    public static func decode(_ literal: [UInt8]) throws(JSONError) -> String {
        try decode(literal, in: literal.indices)
    }

    /// The text of the string literal in `bytes[range]`, such as the range of a member found by `JSONObjectScanner`.
    public static func decode(_ bytes: [UInt8], in range: Range<Int>) throws(JSONError) -> String {
        try bytes.withUnsafeBufferPointer { (buffer) throws(JSONError) in
            var finder = RootStringFinder()
            try JSONWalker.walk(buffer, in: range, visitor: &finder)
            guard let token = finder.token else {
                throw JSONError(offset: finder.start, reason: .notAString)
            }
            return JSONStringDecoder.string(of: token, in: buffer)
        }
    }

    /// Appends `text` as a string literal, quotes included: `"`, `\` and control characters below U+0020 are
    /// escaped, everything else stands as it is in UTF-8.
    public static func append(_ text: String, to bytes: inout [UInt8]) {
        var text = text
        text.withUTF8 { utf8 in
            bytes.reserveCapacity(bytes.count + utf8.count + 2)
            bytes.append(UInt8(ascii: "\""))
            var plainStart = 0
            for (index, byte) in utf8.enumerated()
            where byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                bytes.append(contentsOf: utf8[plainStart..<index])
                appendEscape(of: byte, to: &bytes)
                plainStart = index + 1
            }
            bytes.append(contentsOf: utf8[plainStart...])
            bytes.append(UInt8(ascii: "\""))
        }
    }

    private static func appendEscape(of byte: UInt8, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0C: bytes.append(UInt8(ascii: "f"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        case ..<0x20:
            let digits = Array("0123456789abcdef".utf8)
            bytes.append(contentsOf: "u00".utf8)
            bytes.append(digits[Int(byte >> 4)])
            bytes.append(digits[Int(byte & 0x0F)])
        default: bytes.append(byte)
        }
    }

    /// Remembers the document's value when it is a string, and where it begins.
    private struct RootStringFinder: JSONVisitor {
        private(set) var token: JSONStringToken?
        private(set) var start = 0

        mutating func beginContainer(_ kind: JSONKind, at index: Int, depth: Int) {
            if depth == 0 { start = index }
        }

        mutating func string(_ token: JSONStringToken, depth: Int) {
            if depth == 0 { self.token = token }
        }

        mutating func scalar(_ kind: JSONKind, range: Range<Int>, depth: Int) {
            if depth == 0 { start = range.lowerBound }
        }
    }
}
