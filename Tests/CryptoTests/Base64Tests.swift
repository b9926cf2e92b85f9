import GatewayCrypto
import Testing

struct Base64Tests {
    /// RFC 4648 §10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func `the vectors of RFC 4648 hold in both directions`(text: String, encoded: String) {
        #expect(Base64.encode(Array(text.utf8)) == encoded)
        #expect(Base64.decode(encoded) == Array(text.utf8))
    }

    @Test func `the form for URLs has no padding and two other characters`() {
        #expect(Base64.encode([0xFB, 0xFF]) == "+/8=")
        #expect(Base64.encodeURL([0xFB, 0xFF]) == "-_8")
        #expect(Base64.decodeURL("-_8") == [0xFB, 0xFF])
        for text in ["+/8", "-_8=", "-", "-_9"] { #expect(Base64.decodeURL(text) == nil) }
    }

    @Test func `random bytes of every length are read back`() {
        for count in 0...100 {
            let bytes = SecureRandom.bytes(count)
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
            #expect(Base64.decodeURL(Base64.encodeURL(bytes)) == bytes)
        }
    }

    @Test(arguments: [
        "Zg", "Zg=", "Z", "Z===", "====", "=", "Zg==Zg==", "Zm=v", "Zm9v\n", " Zm9v", "Zm 9v", "Zm9-", "Zm9_",
        "Zm9v====", "Zm9ü",
    ])
    func `wrong padding, whitespace and other characters are refused`(text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test(arguments: ["Zh==", "Zm9=", "//=="])
    func `bits that belong to no byte have to be zero`(text: String) {
        #expect(Base64.decode(text) == nil)
    }
}
