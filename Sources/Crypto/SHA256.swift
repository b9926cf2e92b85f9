internal import CCrypto

/// SHA-256 (FIPS 180-4).
public enum SHA256 {
    /// The length of every digest.
    public static let byteCount = 32

    /// The digest of `bytes`, 32 bytes.
    public static func hash(_ bytes: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: byteCount) { digest, count in
            let done = bytes.withUnsafeBytes {
                EVP_Digest($0.baseAddress, $0.count, digest.baseAddress, nil, OpenSSLAlgorithms.shared.sha256, nil)
            }
            precondition(done == 1, "libcrypto could not compute SHA-256")
            count = byteCount
        }
    }
}
