internal import CCrypto

/// Owns one `EVP_MAC_CTX` with a key in it.
///
/// `@unchecked Sendable`: a context may move between threads, but only one may use it at a time; `HMACKey` sees to that.
final class HMACContext: @unchecked Sendable {
    private let raw: OpaquePointer
    private let byteCount: Int

    init(key: [UInt8], algorithm: HMACAlgorithm) {
        byteCount = algorithm.byteCount
        guard let raw = EVP_MAC_CTX_new(OpenSSLAlgorithms.shared.hmac) else { Self.failed() }
        self.raw = raw
        guard ccrypto_hmac_init(raw, key, key.count, algorithm.rawValue) == 1 else { Self.failed() }
    }

    /// A context with the key of `other`.
    init(copying other: HMACContext) {
        guard let raw = EVP_MAC_CTX_dup(other.raw) else { Self.failed() }
        self.raw = raw
        byteCount = other.byteCount
    }

    deinit { EVP_MAC_CTX_free(raw) }

    func authenticationCode(for parts: [[UInt8]]) -> [UInt8] {
        // Without a key and parameters: back to the state right after the key was set.
        guard EVP_MAC_init(raw, nil, 0, nil) == 1 else { Self.failed() }
        for part in parts where !part.isEmpty {
            guard EVP_MAC_update(raw, part, part.count) == 1 else { Self.failed() }
        }
        return [UInt8](unsafeUninitializedCapacity: byteCount) { code, count in
            guard EVP_MAC_final(raw, code.baseAddress, &count, code.count) == 1, count == byteCount else {
                Self.failed()
            }
        }
    }

    /// Out of memory is all that can go wrong here.
    private static func failed() -> Never {
        preconditionFailure("libcrypto could not compute HMAC")
    }
}
