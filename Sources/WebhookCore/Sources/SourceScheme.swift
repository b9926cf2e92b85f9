/// Who signs what a source is sent, and so how it is verified. One file a scheme in `Schemes`.
public enum SourceScheme: String, Sendable, Hashable, CaseIterable {
    case github, stripe, shopify, slack, standard, svix, paddle, linear, twilio
    /// Any sender that signs the body with HMAC-SHA256, in hexadecimal.
    case hmacHex = "hmac-hex"
    /// The same in Base64.
    case hmacBase64 = "hmac-base64"

    /// Whether the receiver may choose the secret, so that one can be made here. The other senders make it themselves.
    public var allowsOwnSecret: Bool {
        switch self {
        case .github, .standard, .hmacHex, .hmacBase64: true
        case .stripe, .shopify, .slack, .svix, .paddle, .linear, .twilio: false
        }
    }

    /// Whether the text of a secret is the Base64 of its key, rather than the key.
    var secretIsBase64: Bool { self == .standard || self == .svix }

    /// Whether the sender signs the time, so that an old request sent again is noticed.
    public var signsTime: Bool {
        switch self {
        case .stripe, .slack, .standard, .svix, .paddle, .linear: true
        case .github, .shopify, .twilio, .hmacHex, .hmacBase64: false
        }
    }

    /// Whether the sender says by headers of the user's choice what only the user can know.
    var isGeneric: Bool { self == .hmacHex || self == .hmacBase64 }

    func rules(_ settings: SourceSettings, _ keys: SourceKeys) -> any SourceRules {
        switch self {
        case .github: GitHubScheme(keys: keys)
        case .stripe: StripeScheme(keys: keys, tolerance: settings.tolerance)
        case .shopify: ShopifyScheme(keys: keys)
        case .slack: SlackScheme(keys: keys, tolerance: settings.tolerance)
        case .standard: StandardScheme(keys: keys, tolerance: settings.tolerance)
        case .svix: SvixScheme(keys: keys, tolerance: settings.tolerance)
        case .paddle: PaddleScheme(keys: keys, tolerance: settings.tolerance)
        case .linear: LinearScheme(keys: keys, tolerance: settings.tolerance)
        case .twilio: TwilioScheme(keys: keys, url: settings.url ?? "")
        case .hmacHex: HMACScheme(keys: keys, settings: settings, isHex: true)
        case .hmacBase64: HMACScheme(keys: keys, settings: settings, isHex: false)
        }
    }
}
