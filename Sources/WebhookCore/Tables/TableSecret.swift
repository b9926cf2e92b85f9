internal import GatewayCrypto

/// The secret that pushes to one table are signed with.
///
/// It shows itself nowhere by accident: descriptions, dumps and mirrors are redacted. Ask for `text` to show it.
public struct TableSecret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public static let characterCount = 32

    public let text: String
    private let key: HMACKey

    /// `nil` unless `text` is 32 of A-Z, a-z and 0-9: of less, nothing must ever be accepted.
    public init?(_ text: String) {
        guard text.utf8.count == Self.characterCount, text.utf8.allSatisfy(Self.isLetterOrDigit) else { return nil }
        self.text = text
        key = HMACKey(Array(text.utf8))
    }

    /// A secret that nobody has seen.
    public static func generate() -> TableSecret {
        guard let secret = TableSecret(SecureRandom.text(characterCount)) else {
            preconditionFailure("a random text has the form of a secret")
        }
        return secret
    }

    /// Whether `signature` is that of `body`, in a time that does not tell how much of it is right.
    public func signs(_ body: [UInt8], with signature: PushSignature) -> Bool {
        key.isValid(signature.code, for: body)
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }

    public var description: String { "<secret>" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// `sha256=<hex HMAC-SHA256 of the body>`, from the header `X-MMT-Signature`.
public struct PushSignature: Sendable {
    public static let headerName = "X-MMT-Signature"

    let code: [UInt8]

    /// `nil` unless `header` is exactly that, its digits in either case. Two signatures joined by a comma are none.
    public init?(_ header: String) {
        let prefix = "sha256="
        guard header.hasPrefix(prefix), let code = Hex.decode(String(header.dropFirst(prefix.count))),
            code.count == HMACKey.byteCount
        else { return nil }
        self.code = code
    }
}
