import Testing

@testable import GatewayCrypto

struct HMACKeyTests {
    /// RFC 4231 §4.2 to §4.8; §4.6 gives only 128 bits and has a test of its own.
    @Test(arguments: [
        (
            String(repeating: "0b", count: 20), Hex.encode(Array("Hi There".utf8)),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            Hex.encode(Array("Jefe".utf8)), Hex.encode(Array("what do ya want for nothing?".utf8)),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            String(repeating: "aa", count: 20), String(repeating: "dd", count: 50),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
        ),
        (
            "0102030405060708090a0b0c0d0e0f10111213141516171819", String(repeating: "cd", count: 50),
            "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
        ),
        (
            String(repeating: "aa", count: 131),
            Hex.encode(Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8)),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
        (
            String(repeating: "aa", count: 131),
            Hex.encode(
                Array(
                    """
                    This is a test using a larger than block-size key and a larger than block-size data. \
                    The key needs to be hashed before being used by the HMAC algorithm.
                    """.utf8)),
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
        ),
    ])
    func `the vectors of RFC 4231 hold`(key: String, message: String, code: String) throws {
        let key = HMACKey(try #require(Hex.decode(key)))
        #expect(Hex.encode(key.authenticationCode(for: try #require(Hex.decode(message)))) == code)
    }

    @Test func `the truncated vector of RFC 4231 holds`() throws {
        let code = HMACKey([UInt8](repeating: 0x0C, count: 20)).authenticationCode(
            for: Array("Test With Truncation".utf8))
        #expect(Hex.encode(Array(code.prefix(16))) == "a3b6167473100ee06e0c796c2955552b")
    }

    @Test func `an empty key and an empty message have a code`() {
        let expected = "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"
        #expect(Hex.encode(HMACKey([]).authenticationCode(for: [UInt8]())) == expected)
        #expect(Hex.encode(HMACKey([]).authenticationCode(for: [[UInt8]]())) == expected)
    }

    @Test func `parts are signed as if put together`() {
        let key = HMACKey(Array("secret".utf8))
        let whole = key.authenticationCode(for: Array("msg_1.1700000000.{}".utf8))
        #expect(key.authenticationCode(for: Array("msg_1".utf8), Array(".1700000000.".utf8), Array("{}".utf8)) == whole)
        #expect(key.authenticationCode(for: [Array("msg_1.".utf8), [], Array("1700000000.{}".utf8)]) == whole)
    }

    @Test func `one message leaves nothing behind for the next`() {
        let key = HMACKey(Array("secret".utf8))
        let first = key.authenticationCode(for: [1, 2, 3])
        #expect(key.authenticationCode(for: [UInt8](repeating: 9, count: 1_000)) != first)
        #expect(key.authenticationCode(for: [1, 2, 3]) == first)
    }

    @Test func `only the whole code of the same message under the same key is valid`() {
        let key = HMACKey(Array("secret".utf8))
        let code = key.authenticationCode(for: [1, 2, 3])
        #expect(key.isValid(code, for: [1], [2, 3]))
        #expect(!key.isValid(code, for: [1, 2]))
        #expect(!key.isValid(Array(code.dropLast()), for: [1, 2, 3]))
        #expect(!key.isValid([], for: [1, 2, 3]))
        #expect(!HMACKey(Array("Secret".utf8)).isValid(code, for: [1, 2, 3]))
    }

    @Test func `many tasks may use one key at a time`() async {
        let key = HMACKey(Array("secret".utf8))
        let expected = (0..<64).map { HMACKey(Array("secret".utf8)).authenticationCode(for: [UInt8($0)], [7, 7]) }
        await withTaskGroup(of: Bool.self) { group in
            for task in 0..<16 {
                group.addTask {
                    (0..<500).allSatisfy { round in
                        let message = (task * 31 + round) % 64
                        return key.authenticationCode(for: [UInt8(message)], [7, 7]) == expected[message]
                    }
                }
            }
            for await agrees in group { #expect(agrees) }
        }
    }

    @Test func `SHA-1 gives the code of RFC 2202, test case 2`() {
        let key = HMACKey(Array("Jefe".utf8), algorithm: .sha1)
        let code = key.authenticationCode(for: Array("what do ya ".utf8), Array("want for nothing?".utf8))
        #expect(Hex.encode(code) == "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79")
    }
}
