internal import CCrypto

/// Owns one `EVP_CIPHER_CTX` for one message under AES-256-GCM. Frees it, which also clears the key.
struct CipherContext: ~Copyable {
    enum Direction: CInt {
        case decrypt = 0
        case encrypt = 1
    }

    private let raw: OpaquePointer

    init(key: [UInt8], nonce: [UInt8], direction: Direction) {
        precondition(key.count == AES256GCM.keyByteCount && nonce.count == AES256GCM.nonceByteCount)
        guard let raw = EVP_CIPHER_CTX_new() else { preconditionFailure("libcrypto could not allocate a cipher") }
        self.raw = raw
        // 12 bytes is the nonce length of GCM unless one asks for another.
        let ready = EVP_CipherInit_ex2(raw, OpenSSLAlgorithms.shared.aes256GCM, key, nonce, direction.rawValue, nil)
        precondition(ready == 1, "libcrypto could not set up AES-256-GCM")
    }

    deinit { EVP_CIPHER_CTX_free(raw) }

    /// Takes `context` into the tag. Before any `transform`.
    func authenticate(_ context: [UInt8]) {
        guard !context.isEmpty else { return }
        precondition(context.count <= Int(CInt.max))
        var count: CInt = 0
        // Without an output OpenSSL takes the input for additional data.
        let done = EVP_CipherUpdate(raw, nil, &count, context, CInt(context.count))
        precondition(done == 1, "libcrypto could not authenticate with AES-256-GCM")
    }

    /// Encrypts or decrypts `input`, the whole message.
    func transform(_ input: ArraySlice<UInt8>) -> [UInt8] {
        guard !input.isEmpty else { return [] }
        return [UInt8](unsafeUninitializedCapacity: input.count) { output, initialized in
            var count: CInt = 0
            let done = input.withUnsafeBufferPointer {
                EVP_CipherUpdate(raw, output.baseAddress, &count, $0.baseAddress, CInt($0.count))
            }
            precondition(done == 1 && Int(count) == input.count, "libcrypto could not run AES-256-GCM")
            initialized = Int(count)
        }
    }

    /// Sets the tag that decrypting has to arrive at. Before `finish`.
    func expect(tag: [UInt8]) {
        var tag = tag
        let done = EVP_CIPHER_CTX_ctrl(raw, EVP_CTRL_AEAD_SET_TAG, CInt(tag.count), &tag)
        precondition(done == 1, "libcrypto did not take the tag of AES-256-GCM")
    }

    /// Ends the message; `false` when decrypting did not arrive at the expected tag.
    func finish() -> Bool {
        var count: CInt = 0
        // GCM is a stream: nothing is left to write. OpenSSL still wants somewhere to write it to.
        var rest = [UInt8](repeating: 0, count: 16)
        return EVP_CipherFinal_ex(raw, &rest, &count) == 1
    }

    /// The tag of what was encrypted. After `finish`.
    func tag() -> [UInt8] {
        var tag = [UInt8](repeating: 0, count: AES256GCM.tagByteCount)
        let done = EVP_CIPHER_CTX_ctrl(raw, EVP_CTRL_AEAD_GET_TAG, CInt(tag.count), &tag)
        precondition(done == 1, "libcrypto gave no tag of AES-256-GCM")
        return tag
    }
}
