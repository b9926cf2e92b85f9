/// Encrypts secrets that are stored, with keys that are not stored beside them.
///
/// AES-256-GCM with a random 96-bit nonce: by NIST SP 800-38D §8.3 one key may seal 2³² secrets.
///
/// A box is, in bytes: format (1, always 0x01) ‖ key id (4) ‖ nonce (12) ‖ ciphertext (as long as the plaintext) ‖
/// tag (16). The tag also covers format, key id and context.
public struct SecretBox: Sendable {
    /// How many bytes a box is longer than its plaintext.
    public static let overhead = headerByteCount + AES256GCM.nonceByteCount + AES256GCM.tagByteCount

    private static let format: UInt8 = 1
    private static let keyIDByteCount = 4
    private static let headerByteCount = 1 + keyIDByteCount

    private struct MasterKey {
        let bytes: [UInt8]
        /// The first bytes of the key's SHA-256: they tell which key opens a box and nothing about the key.
        let id: [UInt8]
    }

    private let keys: [MasterKey]

    /// - Parameter masterKeys: keys of 32 bytes. The first seals, all open: so a new key is put in front, and an
    ///   old one stays in the list until nothing is sealed with it.
    public init(masterKeys: [[UInt8]]) throws(SecretBoxError) {
        guard !masterKeys.isEmpty else { throw .masterKeyMissing }
        for (index, key) in masterKeys.enumerated() where key.count != AES256GCM.keyByteCount {
            throw .masterKeyMalformed(position: index + 1)
        }
        keys = masterKeys.map { MasterKey(bytes: $0, id: Array(SHA256.hash($0).prefix(Self.keyIDByteCount))) }
    }

    /// Reads a comma-separated list of keys, each the base64 of 32 bytes, with whitespace around it allowed.
    public static func masterKeys(parsing text: String) throws(SecretBoxError) -> [[UInt8]] {
        let isSpace: (Character) -> Bool = { $0.isWhitespace }
        guard !text.allSatisfy(isSpace) else { throw .masterKeyMissing }
        var keys: [[UInt8]] = []
        for entry in text.split(separator: ",", omittingEmptySubsequences: false) {
            let trimmed = String(entry.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
            guard let key = Base64.decode(trimmed), key.count == AES256GCM.keyByteCount else {
                throw .masterKeyMalformed(position: keys.count + 1)
            }
            keys.append(key)
        }
        return keys
    }

    /// Encrypts `plaintext` with the first key.
    ///
    /// - Parameter context: what the secret belongs to, such as `subscription/42`. It is not stored, and the box opens
    ///   only where the same context is given: a box copied into another row is worth nothing there.
    public func seal(_ plaintext: [UInt8], context: String) throws(SecretBoxError) -> [UInt8] {
        guard plaintext.count <= AES256GCM.plaintextBytesMax else { throw .plaintextTooLong }
        let key = keys[0]
        let header = [Self.format] + key.id
        let nonce = SecureRandom.bytes(AES256GCM.nonceByteCount)
        return header + nonce
            + AES256GCM.seal(plaintext, key: key.bytes, nonce: nonce, authenticating: header + context.utf8)
    }

    /// Decrypts what `seal` returned, with the key that sealed it.
    public func open(_ box: [UInt8], context: String) throws(SecretBoxError) -> [UInt8] {
        guard let format = box.first else { throw .truncated }
        guard format == Self.format else { throw .unknownFormat(format) }
        guard box.count >= Self.overhead else { throw .truncated }
        let header = Array(box.prefix(Self.headerByteCount))
        let id = Array(header.dropFirst())
        let nonce = Array(box.dropFirst(Self.headerByteCount).prefix(AES256GCM.nonceByteCount))
        let sealed = box.dropFirst(Self.headerByteCount + AES256GCM.nonceByteCount)

        // Ids are short: two keys may share one, so each of them is tried.
        let candidates = keys.filter { $0.id == id }
        guard !candidates.isEmpty else { throw .unknownKey(keyID: Hex.encode(id)) }
        for key in candidates {
            if let plaintext = AES256GCM.open(
                sealed, key: key.bytes, nonce: nonce, authenticating: header + context.utf8)
            {
                return plaintext
            }
        }
        throw .notAuthentic
    }

    /// Whether `box` was sealed with another key than the first, and should be sealed again before that key is
    /// taken off the list. False for what is no box.
    public func isSealedWithOldKey(_ box: [UInt8]) -> Bool {
        guard box.count >= Self.overhead, box[0] == Self.format else { return false }
        return Array(box[1..<Self.headerByteCount]) != keys[0].id
    }
}

/// Prints without its keys, also by `dump` and in a debugger.
extension SecretBox: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "SecretBox(\(keys.count) keys)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
