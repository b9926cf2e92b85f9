/// A subscription as a worker knows it: what it needs to sign, send and judge, prepared once for many deliveries.
///
/// A class, so that passing it along with every delivery costs one reference count instead of a dozen.
public final class Subscription: Sendable {
    public let id: SubscriptionID
    public let tenant: String
    /// Counts the changes of the subscription: an attempt is recorded with the version that it was made with.
    public let version: Int32
    public let settings: SubscriptionSettings
    public let signer: Signer
    public let retryPolicy: RetryPolicy

    /// - Parameter secrets: the current one first; see `Signer`.
    public init(
        id: SubscriptionID, tenant: String, version: Int32 = 1, settings: SubscriptionSettings,
        secrets: [SubscriptionSecret]
    ) {
        self.id = id
        self.tenant = tenant
        self.version = version
        self.settings = settings
        signer = Signer(profile: settings.profile, secrets: secrets)
        retryPolicy = RetryPolicy(
            maxRetries: settings.maxRetries, disablesOnGone: settings.disablesOnGone ?? settings.profile.disablesOnGone)
    }
}
