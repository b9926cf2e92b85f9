internal import CCrypto

/// The implementations that this module uses, looked up once: a look-up costs more than hashing a short message.
///
/// `@unchecked Sendable`: the objects are never changed after `init`, and OpenSSL lets any number of threads use them
/// (openssl-threads(7)). They live as long as the process.
final class OpenSSLAlgorithms: @unchecked Sendable {
    static let shared = OpenSSLAlgorithms()

    /// EVP_MD of SHA-256.
    let sha256: OpaquePointer
    /// EVP_MAC of HMAC.
    let hmac: OpaquePointer
    /// EVP_CIPHER of AES-256-GCM.
    let aes256GCM: OpaquePointer

    private init() {
        guard let sha256 = EVP_MD_fetch(nil, "SHA256", nil),
            let hmac = EVP_MAC_fetch(nil, "HMAC", nil),
            let aes256GCM = EVP_CIPHER_fetch(nil, "AES-256-GCM", nil)
        else {
            preconditionFailure("libcrypto has no SHA-256, HMAC or AES-256-GCM: is its default provider loaded?")
        }
        self.sha256 = sha256
        self.hmac = hmac
        self.aes256GCM = aes256GCM
    }
}
