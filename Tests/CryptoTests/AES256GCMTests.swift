import Testing

@testable import GatewayCrypto

struct AES256GCMTests {
    struct Vector: Sendable {
        let key: String
        let nonce: String
        let plaintext: String
        let context: String
        let sealed: String
    }

    /// Test cases 13 to 16 of McGrew and Viega, "The Galois/Counter Mode of Operation", which NIST's validation uses.
    static let vectors = [
        Vector(
            key: String(repeating: "00", count: 32), nonce: String(repeating: "00", count: 12), plaintext: "",
            context: "",
            sealed: "530f8afbc74536b9a963b4f1c4cb738b"),
        Vector(
            key: String(repeating: "00", count: 32), nonce: String(repeating: "00", count: 12),
            plaintext: String(repeating: "00", count: 16), context: "",
            sealed: "cea7403d4d606b6e074ec5d3baf39d18" + "d0d1c8a799996bf0265b98b5d48ab919"),
        Vector(
            key: "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", nonce: "cafebabefacedbaddecaf888",
            plaintext: """
                d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72\
                1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255
                """,
            context: "",
            sealed: """
                522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa\
                8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad\
                b094dac5d93471bdec1a502270e3cc6c
                """),
        Vector(
            key: "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", nonce: "cafebabefacedbaddecaf888",
            plaintext: """
                d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72\
                1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39
                """,
            context: "feedfacedeadbeeffeedfacedeadbeefabaddad2",
            sealed: """
                522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa\
                8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662\
                76fc6ece0f4e1768cddf8853bb2d551b
                """),
    ]

    @Test(arguments: vectors)
    func `the published vectors hold in both directions`(vector: Vector) throws {
        let key = try #require(Hex.decode(vector.key))
        let nonce = try #require(Hex.decode(vector.nonce))
        let plaintext = try #require(Hex.decode(vector.plaintext))
        let context = try #require(Hex.decode(vector.context))
        let sealed = AES256GCM.seal(plaintext, key: key, nonce: nonce, authenticating: context)
        #expect(Hex.encode(sealed) == vector.sealed)
        #expect(AES256GCM.open(sealed[...], key: key, nonce: nonce, authenticating: context) == plaintext)
    }

    @Test func `another nonce opens nothing`() {
        let key = [UInt8](repeating: 1, count: 32)
        let sealed = AES256GCM.seal([1, 2, 3], key: key, nonce: [UInt8](repeating: 0, count: 12), authenticating: [])
        let opened = AES256GCM.open(sealed[...], key: key, nonce: [UInt8](repeating: 1, count: 12), authenticating: [])
        #expect(opened == nil)
    }

    @Test func `less than a tag opens nothing`() {
        let key = [UInt8](repeating: 1, count: 32)
        let nonce = [UInt8](repeating: 0, count: 12)
        #expect(
            AES256GCM.open([UInt8](repeating: 0, count: 15)[...], key: key, nonce: nonce, authenticating: []) == nil)
    }
}
