/// Resolves the escapes of a string that a `JSONTokenReader` has found valid.
enum JSONStringDecoder {
    /// The bytes that the content of `token` stands for.
    ///
    /// A pair of surrogate escapes becomes the character it encodes; a surrogate without a partner has no UTF-8 form
    /// and becomes U+FFFD REPLACEMENT CHARACTER.
    static func decodedBytes(of token: JSONStringToken, in bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        let content = UnsafeBufferPointer(rebasing: bytes[token.content])
        guard token.hasEscapes else { return Array(content) }
        var decoded: [UInt8] = []
        decoded.reserveCapacity(content.count)
        var index = 0
        while index < content.count {
            guard content[index] == UInt8(ascii: "\\") else {
                decoded.append(content[index])
                index += 1
                continue
            }
            switch content[index + 1] {
            case UInt8(ascii: "u"):
                let (scalar, end) = unicodeEscape(at: index, in: content)
                decoded.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
                index = end
                continue
            case UInt8(ascii: "b"): decoded.append(0x08)
            case UInt8(ascii: "f"): decoded.append(0x0C)
            case UInt8(ascii: "n"): decoded.append(0x0A)
            case UInt8(ascii: "r"): decoded.append(0x0D)
            case UInt8(ascii: "t"): decoded.append(0x09)
            // A quote, a backslash or a slash stands for itself.
            case let byte: decoded.append(byte)
            }
            index += 2
        }
        return decoded
    }

    /// The string that the content of `token` stands for, see `decodedBytes(of:in:)`.
    static func string(of token: JSONStringToken, in bytes: UnsafeBufferPointer<UInt8>) -> String {
        if token.hasEscapes {
            String(decoding: decodedBytes(of: token, in: bytes), as: UTF8.self)
        } else {
            String(decoding: UnsafeBufferPointer(rebasing: bytes[token.content]), as: UTF8.self)
        }
    }

    /// Reads the escape `\uXXXX` at `index`, together with the one after it when both are a surrogate pair.
    private static func unicodeEscape(
        at index: Int, in content: UnsafeBufferPointer<UInt8>
    ) -> (scalar: Unicode.Scalar, end: Int) {
        let unit = codeUnit(at: index + 2, in: content)
        if let scalar = Unicode.Scalar(unit) { return (scalar, index + 6) }
        if UTF16.isLeadSurrogate(unit), content.count - index >= 12, content[index + 6] == UInt8(ascii: "\\"),
            content[index + 7] == UInt8(ascii: "u")
        {
            let next = codeUnit(at: index + 8, in: content)
            if UTF16.isTrailSurrogate(next) {
                return (UTF16.decode(UTF16.EncodedScalar([unit, next])), index + 12)
            }
        }
        return ("\u{FFFD}", index + 6)
    }

    /// The value of the four hexadecimal digits at `index`.
    private static func codeUnit(at index: Int, in content: UnsafeBufferPointer<UInt8>) -> UInt16 {
        content[index..<index + 4].reduce(0) { value, digit in
            let nibble = digit < UInt8(ascii: "A") ? digit & 0x0F : (digit & 0x0F) + 9
            return value << 4 | UInt16(nibble)
        }
    }
}
