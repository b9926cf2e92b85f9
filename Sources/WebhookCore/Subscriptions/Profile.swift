/// What a receiver expects: fixes the body and the signature of every request of a subscription.
public enum Profile: String, Sendable, Hashable, CaseIterable {
    /// Standard Webhooks 1.0.
    case standard
    /// The data itself, signed with a hexadecimal HMAC.
    case newmeta
    /// Mautic's form: a list of entries under the event name, signed with a Base64 HMAC.
    case mautic

    /// The headers that carry the signature.
    public var signatureHeaders: [String] {
        switch self {
        case .standard: ["webhook-id", "webhook-timestamp", "webhook-signature"]
        case .newmeta: ["X-Webhook-Signature"]
        case .mautic: ["Webhook-Signature"]
        }
    }

    /// Whether a request may carry signatures of two secrets, so that a secret can be replaced without a gap.
    public var allowsSecretOverlap: Bool { self == .standard }

    /// Whether a 410 switches the subscription off unless the setting `disable_on_gone` says otherwise.
    public var disablesOnGone: Bool { self != .newmeta }
}
