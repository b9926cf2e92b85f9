import GatewayCrypto
import WebhookCore
import WebhookStore

/// Turns a session into the text of a cookie and back. Nothing is stored: whoever has the master key can open it, so any
/// server behind the same address can, also after a restart.
///
/// The text is Base64 of a box that holds: SHA-256 of the key (32 bytes) ‖ end, in seconds since 1970, big-endian (8) ‖
/// token (16).
struct SessionSeal: Sendable {
    /// No box of a secret in the database opens as a session.
    private static let context = "management/session"
    private static let endByteCount = 8
    private static let plaintextByteCount = KeyHash.byteCount + endByteCount + FormToken.byteCount

    let box: SecretBox

    func text(of session: Session) throws(SecretBoxError) -> String {
        let seconds = UInt64(bitPattern: session.end.secondsSinceUnixEpoch)
        let end = (0..<Self.endByteCount).reversed().map { UInt8(truncatingIfNeeded: seconds >> ($0 * 8)) }
        return Base64.encodeURL(try box.seal(session.key.bytes + end + session.token.bytes, context: Self.context))
    }

    /// `nil`: nobody sealed that here, or its time is over.
    func session(in text: String, at now: Timestamp) -> Session? {
        guard let sealed = Base64.decodeURL(text), sealed.count == Self.plaintextByteCount + SecretBox.overhead,
            let plaintext = try? box.open(sealed, context: Self.context)
        else { return nil }
        let (hash, rest) = (plaintext.prefix(KeyHash.byteCount), plaintext.dropFirst(KeyHash.byteCount))
        let seconds = rest.prefix(Self.endByteCount).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let end = Timestamp(secondsSinceUnixEpoch: Int64(bitPattern: seconds))
        guard let key = KeyHash(bytes: Array(hash)), let token = FormToken(rest.dropFirst(Self.endByteCount)), now < end
        else { return nil }
        return Session(key: key, end: end, token: token)
    }
}
