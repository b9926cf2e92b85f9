internal import GatewayCrypto

/// The secret that a subscription's requests are signed with.
///
/// It shows itself nowhere by accident: descriptions, dumps and mirrors are redacted. Ask for `text` to show it.
public struct SubscriptionSecret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// How many random bytes `generate` wants: within the 24 to 64 that Standard Webhooks asks for.
    public static let randomByteCount = 32

    /// What the receiver is given.
    public let text: String
    /// What the HMAC is keyed with.
    public let key: [UInt8]

    /// Checks a secret that the owner of the subscription chose.
    ///
    /// `standard` wants `whsec_` and the Base64 of 24 to 64 bytes, which are the key (Standard Webhooks 1.0,
    /// "Signature scheme"). The other profiles take 16 to 256 bytes of text without control characters, whose UTF-8
    /// bytes are the key. A secret of one profile need not be one of another: changing the profile needs a new check.
    public init(_ text: String, for profile: Profile, member: String = "secret") throws(ValidationError) {
        switch profile {
        case .standard:
            guard let key = SubscriptionSecret.standardKey(of: text) else {
                throw .malformed(member, "must be `\(standardPrefix)` and the Base64 of 24 to 64 random bytes")
            }
            guard (24...64).contains(key.count) else {
                throw .outOfRange(
                    member, "holds \(key.count) bytes behind `\(standardPrefix)`, must be 24 to 64 random bytes")
            }
            self.key = key
        case .newmeta, .mautic:
            let key = Array(text.utf8)
            guard (16...256).contains(key.count) else {
                throw .outOfRange(member, "is \(key.count) bytes long, must be 16 to 256")
            }
            guard !key.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
                throw .malformed(member, "must not contain control characters")
            }
            self.key = key
        }
        self.text = text
    }

    /// Makes a secret of `randomBytes`: `randomByteCount` of them, from a cryptographic source, used for nothing else.
    public static func generate(for profile: Profile, randomBytes: [UInt8]) -> SubscriptionSecret {
        precondition(randomBytes.count >= 24 && randomBytes.count <= 64, "a secret is made of 24 to 64 random bytes")
        switch profile {
        case .standard:
            return SubscriptionSecret(text: standardPrefix + Base64.encode(randomBytes), key: randomBytes)
        case .newmeta, .mautic:
            let text = Hex.encode(randomBytes)
            return SubscriptionSecret(text: text, key: Array(text.utf8))
        }
    }

    /// Adopts a secret that was checked when it was stored; `nil` when a `standard` one cannot be decoded.
    public init?(stored text: String, for profile: Profile) {
        switch profile {
        case .standard:
            guard let key = SubscriptionSecret.standardKey(of: text) else { return nil }
            self.init(text: text, key: key)
        case .newmeta, .mautic: self.init(text: text, key: Array(text.utf8))
        }
    }

    private init(text: String, key: [UInt8]) {
        (self.text, self.key) = (text, key)
    }

    private static func standardKey(of text: String) -> [UInt8]? {
        guard text.hasPrefix(standardPrefix) else { return nil }
        return Base64.decode(String(text.dropFirst(standardPrefix.count)))
    }

    public var description: String { "<secret>" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

private let standardPrefix = "whsec_"
