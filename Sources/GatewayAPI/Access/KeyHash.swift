import GatewayCrypto

/// SHA-256 of a key: what keys are compared and cached by, so that no key is kept in memory.
struct KeyHash: Sendable, Hashable {
    private let bytes: [UInt8]

    init(of key: some StringProtocol) {
        bytes = SHA256.hash(Array(key.utf8))
    }

    /// In a time that does not depend on where they differ.
    static func == (left: KeyHash, right: KeyHash) -> Bool {
        constantTimeEqual(left.bytes, right.bytes)
    }

    /// The digest is random already; a few bytes of it spread as well as all.
    func hash(into hasher: inout Hasher) {
        bytes.withUnsafeBytes { hasher.combine($0.load(as: UInt64.self)) }
    }
}
