import JSONFilter
import Testing

struct JSONStringTests {
    @Test(arguments: [
        (#""""#, ""), (#""abc""#, "abc"), (#" "a" "#, "a"), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
        (#""\u0041\u00e9\u20AC""#, "A\u{E9}\u{20AC}"), (#""\ud83d\ude00""#, "😀"), (#""\uD83D\uDE00x""#, "😀x"),
        (#""a\u0000b""#, "a\0b"), (#""ä→😀""#, "ä→😀"), (#""\\u0041""#, "\\u0041"),
    ])
    func `escapes are resolved`(literal: String, expected: String) throws {
        let decoded = try JSONString.decode(Array(literal.utf8))
        #expect(decoded.utf8.elementsEqual(expected.utf8))
    }

    @Test(arguments: [
        (#""\ud800""#, "\u{FFFD}"), (#""\udc00\ud800""#, "\u{FFFD}\u{FFFD}"), (#""\ud800\ud83d\ude00""#, "\u{FFFD}😀"),
        (#""\ud800\u0041""#, "\u{FFFD}A"), (#""\ud800\\dc00""#, "\u{FFFD}\\dc00"), (#""\ud800x""#, "\u{FFFD}x"),
    ])
    func `a surrogate without a partner becomes the replacement character`(literal: String, expected: String) throws {
        #expect(try JSONString.decode(Array(literal.utf8)) == expected)
    }

    @Test(arguments: [("1", 0), (" [\"a\"]", 1), ("null", 0)])
    func `another kind of value is no string`(text: String, offset: Int) {
        let error = failure { _ = try JSONString.decode(Array(text.utf8)) }
        #expect(error == JSONError(offset: offset, reason: .notAString))
    }

    @Test func `whatever text is written is read back`() throws {
        var text = ""
        for value in 0..<0x3000 as Range<UInt32> { text.unicodeScalars.append(Unicode.Scalar(value) ?? " ") }
        text += "\u{FFFF}\u{10000}\u{10FFFF}"
        var bytes: [UInt8] = []
        JSONString.append(text, to: &bytes)
        #expect(try JSONString.decode(bytes).utf8.elementsEqual(text.utf8))
    }
}
