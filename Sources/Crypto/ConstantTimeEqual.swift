internal import CCrypto

/// Whether `a` and `b` hold the same bytes, in a time that does not depend on where they differ. The time may tell
/// whether their lengths differ.
public func constantTimeEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    guard a.count == b.count else { return false }
    // An empty array has no address to hand out.
    guard !a.isEmpty else { return true }
    return CRYPTO_memcmp(a, b, a.count) == 0
}
