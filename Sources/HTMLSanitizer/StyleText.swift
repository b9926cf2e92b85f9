/// The value of a `style` attribute as characters.
enum StyleText {
    /// References to ASCII are resolved, and so are those by number. Line breaks, tabs and backslashes with the digit 0
    /// behind them are left out: they would hide what is written across them.
    static func resolved(_ value: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(value.count)
        var index = 0
        while index < value.count {
            guard value[index] == UInt8(ascii: "&"), let reference = CharacterReference(at: index, in: value),
                let scalar = reference.scalar
            else {
                append(value[index], to: &text)
                index += 1
                continue
            }
            for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter { append(byte, to: &text) }
            index = reference.end
        }
        return withoutNulls(text)
    }

    private static func append(_ byte: UInt8, to text: inout [UInt8]) {
        if byte != 0x0A, byte != 0x0D, byte != 0x09 { text.append(byte) }
    }

    /// Without `\0`, `\\000` and the like.
    private static func withoutNulls(_ text: [UInt8]) -> [UInt8] {
        guard text.contains(UInt8(ascii: "\\")) else { return text }
        var kept: [UInt8] = []
        var index = 0
        while index < text.count {
            var end = index
            while end < text.count, text[end] == UInt8(ascii: "\\") { end += 1 }
            let slashes = end
            if end > index { while end < text.count, text[end] == UInt8(ascii: "0") { end += 1 } }
            if end == slashes {
                end = max(end, index + 1)
                kept += text[index..<end]
            }
            index = end
        }
        return kept
    }
}
