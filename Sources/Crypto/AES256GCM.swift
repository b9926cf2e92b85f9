internal import CCrypto

/// AES-256-GCM (NIST SP 800-38D) with a 96-bit nonce and a 128-bit tag.
///
/// A nonce must never be used twice with one key; `SecretBox` draws a random one each time.
enum AES256GCM {
    static let keyByteCount = 32
    static let nonceByteCount = 12
    static let tagByteCount = 16

    /// The longest plaintext, 2 GiB: OpenSSL counts in C's `int`.
    static let plaintextBytesMax = Int(CInt.max) - tagByteCount

    /// The ciphertext, as long as `plaintext`, and then the tag.
    static func seal(_ plaintext: [UInt8], key: [UInt8], nonce: [UInt8], authenticating context: [UInt8]) -> [UInt8] {
        precondition(plaintext.count <= plaintextBytesMax)
        let cipher = CipherContext(key: key, nonce: nonce, direction: .encrypt)
        cipher.authenticate(context)
        var sealed = cipher.transform(plaintext[...])
        precondition(cipher.finish(), "libcrypto could not encrypt with AES-256-GCM")
        sealed.append(contentsOf: cipher.tag())
        return sealed
    }

    /// The plaintext of what `seal` returned; `nil` when key, nonce, context or any byte is not the same.
    static func open(
        _ sealed: ArraySlice<UInt8>, key: [UInt8], nonce: [UInt8], authenticating context: [UInt8]
    ) -> [UInt8]? {
        guard sealed.count >= tagByteCount, sealed.count - tagByteCount <= plaintextBytesMax else { return nil }
        let cipher = CipherContext(key: key, nonce: nonce, direction: .decrypt)
        cipher.authenticate(context)
        let plaintext = cipher.transform(sealed.dropLast(tagByteCount))
        cipher.expect(tag: Array(sealed.suffix(tagByteCount)))
        return cipher.finish() ? plaintext : nil
    }
}
