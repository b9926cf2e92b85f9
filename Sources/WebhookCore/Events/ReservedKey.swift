internal import GatewayCrypto

/// Idempotency keys of the gateway's own. They begin with a character that a publisher's key must not begin with, so
/// that nobody can take a key away from them.
public enum ReservedKey {
    public static let mark: Character = "\u{1}"

    /// Longer ids, and those that hold what a text in the database cannot, are represented by their hash.
    private static let plainBytesMax = 200

    /// Of what a sender calls a delivery to the source.
    ///
    /// - Parameter contentHash: as of `SourceEvent`. Whoever sends a captured request under an id that is not its own
    ///   takes a key that no other delivery will have.
    public static func source(_ id: Int32, delivery: String, contentHash: [UInt8]?) -> String {
        if let contentHash {
            let bound = SHA256.hash(SHA256.hash(Array(delivery.utf8)) + contentHash)
            return "\(mark)source/\(id)/bound/\(Hex.encode(bound))"
        }
        let isPlain = delivery.utf8.count <= plainBytesMax && delivery.utf8.allSatisfy { (0x20...0x7E).contains($0) }
        let unique = isPlain ? "id/\(delivery)" : "sha256/\(Hex.encode(SHA256.hash(Array(delivery.utf8))))"
        return "\(mark)source/\(id)/\(unique)"
    }

    public static func isReserved(_ key: String) -> Bool {
        key.utf8.first == 1
    }
}
