import WebhookCore
import WebhookStore

/// A source that is pushed to, its keys prepared.
struct PreparedSource: Sendable {
    let id: Int32
    let tenant: String
    /// `nil`: it is not active, or has no secret.
    let verifier: SourceVerifier?
}

/// Sources that were pushed to a moment ago. Names that nobody made are not kept: anybody can make them up.
typealias SourceCache = RecentCache<SourceName, PreparedSource>
