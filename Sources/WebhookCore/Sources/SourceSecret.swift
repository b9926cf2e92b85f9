internal import GatewayCrypto

/// A secret that a sender signs with.
///
/// It shows itself nowhere by accident: descriptions, dumps and mirrors are redacted. Ask for `text` to show it.
public struct SourceSecret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// How many sign at the same time at most: the old one, the new one, and one more.
    public static let countMax = 3
    /// How many random bytes `generate` wants.
    public static let randomByteCount = 32

    /// What the sender has.
    public let text: String
    /// What the HMAC is keyed with.
    public let key: [UInt8]

    /// Checks a secret for `scheme`: 8 to 256 bytes of text without control characters, whose UTF-8 bytes are the key.
    /// In `standard` and `svix` the key is 16 to 256 bytes, of which the text behind `whsec_` is the Base64.
    public init(_ text: String, for scheme: SourceScheme, member: String = "secret") throws(ValidationError) {
        if scheme.secretIsBase64 {
            guard let key = Self.key(ofBase64: text) else {
                throw .malformed(member, "must be `whsec_` and the Base64 of random bytes, as the sender shows it")
            }
            guard (16...256).contains(key.count) else {
                throw .outOfRange(member, "holds \(key.count) bytes, must be 16 to 256")
            }
            self.key = key
        } else {
            let key = Array(text.utf8)
            guard (8...256).contains(key.count) else {
                throw .outOfRange(member, "is \(key.count) bytes long, must be 8 to 256")
            }
            guard !key.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
                throw .malformed(member, "must not contain control characters")
            }
            self.key = key
        }
        self.text = text
    }

    /// Makes a secret of `randomBytes`: `randomByteCount` of them, from a cryptographic source, used for nothing else.
    public static func generate(for scheme: SourceScheme, randomBytes: [UInt8]) -> SourceSecret {
        precondition(randomBytes.count == randomByteCount, "a secret is made of \(randomByteCount) random bytes")
        if scheme.secretIsBase64 {
            return SourceSecret(text: "whsec_" + Base64.encode(randomBytes), key: randomBytes)
        }
        let text = Hex.encode(randomBytes)
        return SourceSecret(text: text, key: Array(text.utf8))
    }

    /// Adopts a secret that was checked when it was stored; `nil` when it cannot be decoded.
    public init?(stored text: String, for scheme: SourceScheme) {
        guard let key = scheme.secretIsBase64 ? Self.key(ofBase64: text) : Array(text.utf8) else { return nil }
        self.init(text: text, key: key)
    }

    private init(text: String, key: [UInt8]) {
        (self.text, self.key) = (text, key)
    }

    /// `whsec_` may be left out, as in the senders' libraries.
    private static func key(ofBase64 text: String) -> [UInt8]? {
        Base64.decode(String(text.hasPrefix("whsec_") ? text.dropFirst(6) : text[...]))
    }

    public var description: String { "<secret>" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
