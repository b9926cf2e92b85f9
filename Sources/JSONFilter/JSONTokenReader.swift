/// Reads single tokens of a JSON document: each function takes the index where a token begins and returns the index
/// where it ends.
///
/// It only borrows the bytes: use it inside the closure that lent them. All indices lie in `0...end`, and every
/// function checks `end` before it reads, so a wrong index from a caller is the one thing that could read outside.
struct JSONTokenReader {
    let bytes: UnsafePointer<UInt8>
    /// The index after the last byte that belongs to the document.
    let end: Int

    /// The first index from `start` on that holds no whitespace (RFC 8259 §2: space, tab, line feed, carriage return).
    @inline(__always)
    func afterWhitespace(from start: Int) -> Int {
        var index = start
        while index < end, bytes[index] <= 0x20, isWhitespace(bytes[index]) {
            index += 1
        }
        return index
    }

    @inline(__always)
    private func isWhitespace(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
            || byte == UInt8(ascii: "\t")
    }

    /// The byte at `index`; the document may not end there.
    @inline(__always)
    func byte(at index: Int) throws(JSONError) -> UInt8 {
        guard index < end else { throw JSONError(offset: index, reason: .unexpectedEnd) }
        return bytes[index]
    }

    // MARK: Strings

    /// Reads the string whose opening quote is at `start`.
    @inline(__always)
    func string(from start: Int) throws(JSONError) -> JSONStringToken {
        var index = start + 1
        var hasEscapes = false
        while true {
            index = plainASCIIEnd(from: index)
            let byte = try byte(at: index)
            if byte == UInt8(ascii: "\"") {
                return JSONStringToken(start: start, end: index + 1, hasEscapes: hasEscapes)
            }
            if byte >= 0x80 {
                index = try multiByteRunEnd(from: index)
            } else if byte == UInt8(ascii: "\\") {
                hasEscapes = true
                index = try escapeEnd(from: index)
            } else if byte < 0x20 {
                throw JSONError(offset: index, reason: .controlCharacter)
            } else {
                index += 1
            }
        }
    }

    /// Skips, eight at a time, bytes that mean themselves; stops at the first that may not, or near the end.
    @inline(__always)
    private func plainASCIIEnd(from start: Int) -> Int {
        var index = start
        while end - index >= 8 {
            let word = UInt64(
                littleEndian: UnsafeRawPointer(bytes + index).loadUnaligned(as: UInt64.self))
            let special = Self.specialBytes(in: word)
            if special != 0 { return index + special.trailingZeroBitCount / 8 }
            index += 8
        }
        return index
    }

    /// Marks, by the top bit of each byte, the bytes that are a quote, a backslash, below 0x20 or above 0x7F.
    ///
    /// The subtractions borrow from the next byte only where a byte is special itself: the lowest mark is always
    /// right, those above it need not be, and only the lowest is used.
    @inline(__always)
    private static func specialBytes(in word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let control = word &- (ones &* 0x20)
        let quote = (word ^ (ones &* 0x22)) &- ones
        let backslash = (word ^ (ones &* 0x5C)) &- ones
        return (control | quote | backslash | word) & (ones &* 0x80)
    }

    /// The end of the escape whose backslash is at `start`. Any four hexadecimal digits may follow `\u`: RFC 8259 §8.2
    /// allows surrogates without a partner.
    private func escapeEnd(from start: Int) throws(JSONError) -> Int {
        switch try byte(at: start + 1) {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return start + 2
        case UInt8(ascii: "u"):
            for index in start + 2..<start + 6 where try !isHexDigit(byte(at: index)) {
                throw JSONError(offset: start, reason: .invalidEscape)
            }
            return start + 6
        default:
            throw JSONError(offset: start, reason: .invalidEscape)
        }
    }

    private func isHexDigit(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
    }

    /// The end of the run of UTF-8 sequences of two to four bytes that begins at `start`.
    ///
    /// Refuses what Unicode 15 table 3-7 does: overlong forms, surrogates, anything above U+10FFFF.
    private func multiByteRunEnd(from start: Int) throws(JSONError) -> Int {
        var index = start
        while index < end, bytes[index] >= 0x80 {
            let length: Int
            let second: ClosedRange<UInt8>
            switch bytes[index] {
            case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
            case 0xE0: (length, second) = (3, 0xA0...0xBF)
            case 0xED: (length, second) = (3, 0x80...0x9F)
            case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
            case 0xF0: (length, second) = (4, 0x90...0xBF)
            case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
            case 0xF4: (length, second) = (4, 0x80...0x8F)
            default: throw JSONError(offset: index, reason: .invalidUTF8)
            }
            guard end - index >= length, second.contains(bytes[index + 1]),
                length < 3 || bytes[index + 2] & 0xC0 == 0x80,
                length < 4 || bytes[index + 3] & 0xC0 == 0x80
            else {
                throw JSONError(offset: index, reason: .invalidUTF8)
            }
            index += length
        }
        return index
    }

    // MARK: Numbers and literals

    /// The end of the number that begins at `start` with a digit or a minus sign (RFC 8259 §6).
    @inline(__always)
    func numberEnd(from start: Int) throws(JSONError) -> Int {
        var index = start
        if bytes[index] == UInt8(ascii: "-") { index += 1 }
        if try byte(at: index) == UInt8(ascii: "0") {
            // Nothing follows a leading zero: in `01` the `1` is an unexpected character to whoever reads on.
            index += 1
        } else {
            index = try digitsEnd(from: index)
        }
        if index < end, bytes[index] == UInt8(ascii: ".") {
            index = try digitsEnd(from: index + 1)
        }
        if index < end, bytes[index] | 0x20 == UInt8(ascii: "e") {
            index += 1
            let sign = try byte(at: index)
            if sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { index += 1 }
            index = try digitsEnd(from: index)
        }
        return index
    }

    /// The end of the run of digits at `start`, of which there must be one at least.
    @inline(__always)
    private func digitsEnd(from start: Int) throws(JSONError) -> Int {
        guard try isDigit(byte(at: start)) else { throw JSONError(offset: start, reason: .unexpectedCharacter) }
        var index = start + 1
        while index < end, isDigit(bytes[index]) { index += 1 }
        return index
    }

    @inline(__always)
    private func isDigit(_ byte: UInt8) -> Bool {
        byte &- UInt8(ascii: "0") < 10
    }

    /// The end of `literal` (`true`, `false` or `null`), which has to stand at `start`.
    @inline(__always)
    func literalEnd(_ literal: StaticString, from start: Int) throws(JSONError) -> Int {
        for offset in 0..<literal.utf8CodeUnitCount
        where try byte(at: start + offset) != literal.utf8Start[offset] {
            throw JSONError(offset: start + offset, reason: .unexpectedCharacter)
        }
        return start + literal.utf8CodeUnitCount
    }
}
