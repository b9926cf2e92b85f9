internal import GatewayCrypto

/// SHA-256 of a key: what keys are compared, cached and stored by, so that no key is kept.
public struct KeyHash: Sendable, Hashable {
    public static let byteCount = SHA256.byteCount
    /// Longer than any key: not worth a look into the database.
    public static let keyBytesMax = 256

    public let bytes: [UInt8]

    public init(of key: some StringProtocol) {
        bytes = SHA256.hash(Array(key.utf8))
    }

    /// A hash that was kept somewhere; `nil` unless it is one.
    public init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }

    /// In a time that does not depend on where they differ.
    public static func == (left: KeyHash, right: KeyHash) -> Bool {
        constantTimeEqual(left.bytes, right.bytes)
    }

    /// The digest is random already; a few bytes of it spread as well as all.
    public func hash(into hasher: inout Hasher) {
        bytes.withUnsafeBytes { hasher.combine($0.loadUnaligned(as: UInt64.self)) }
    }
}
