/// Writes text so that it stays text.
enum EscapedText {
    /// Appends `bytes`: `<` and `>` become references, and so does each `&` that begins none which stays.
    ///
    /// - Parameter quotes: whether `"` and `'` become references too.
    static func append(_ bytes: UnsafeBufferPointer<UInt8>, quotes: Bool, to output: inout [UInt8]) {
        var copied = 0
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            guard isSpecial(byte, quotes: quotes) else {
                index += 1
                continue
            }
            output.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[copied..<index]))
            if byte == UInt8(ascii: "&"), let reference = CharacterReference(at: index, in: bytes) {
                reference.write(from: bytes, to: &output)
                index = reference.end
            } else {
                appendReference(to: byte, &output)
                index += 1
            }
            copied = index
        }
        output.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[copied...]))
    }

    /// Appends `bytes` as the value of an attribute in which no reference is meant: each `&` becomes one.
    static func appendLiteral(_ bytes: [UInt8], to output: inout [UInt8]) {
        for byte in bytes {
            if isSpecial(byte, quotes: true) { appendReference(to: byte, &output) } else { output.append(byte) }
        }
    }

    @inline(__always)
    private static func isSpecial(_ byte: UInt8, quotes: Bool) -> Bool {
        switch byte {
        case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"): true
        case UInt8(ascii: "\""), UInt8(ascii: "'"): quotes
        default: false
        }
    }

    private static func appendReference(to byte: UInt8, _ output: inout [UInt8]) {
        let reference: StaticString =
            switch byte {
            case UInt8(ascii: "<"): "&lt;"
            case UInt8(ascii: ">"): "&gt;"
            case UInt8(ascii: "&"): "&amp;"
            case UInt8(ascii: "\""): "&quot;"
            default: "&#039;"
            }
        output.append(reference)
    }
}

extension [UInt8] {
    mutating func append(_ text: StaticString) {
        append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
}
