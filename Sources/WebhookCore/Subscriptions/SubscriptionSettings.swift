/// What the owner of a subscription has chosen, every value checked.
public struct SubscriptionSettings: Sendable, Hashable {
    public var name: String
    public var url: SubscriptionURL
    public var events: [EventPattern]
    public var profile: Profile
    /// `nil`: as the global setting says.
    public var queueMode: QueueMode?
    /// `nil`: as the global setting says.
    public var eventOrder: EventOrder?
    /// Entries of an aggregated request at most.
    public var batchSize: Int
    /// How often a running worker sends what is queued; `nil`: only `martlet process-webhooks` does.
    public var batchInterval: Duration?
    public var customHeaders: CustomHeaders
    public var maxRetries: Int
    /// For a whole request.
    public var timeout: Duration
    /// Requests in flight per worker; `nil`: as `MARTLET_SUBSCRIPTION_CONCURRENCY` says.
    public var concurrency: Int?

    /// Adopts values that were checked, by `SubscriptionDraft` or when they were stored.
    public init(
        name: String, url: SubscriptionURL, events: [EventPattern], profile: Profile, queueMode: QueueMode?,
        eventOrder: EventOrder?, batchSize: Int, batchInterval: Duration?, customHeaders: CustomHeaders,
        maxRetries: Int, timeout: Duration, concurrency: Int?
    ) {
        self.name = name
        self.url = url
        self.events = events
        self.profile = profile
        self.queueMode = queueMode
        self.eventOrder = eventOrder
        self.batchSize = batchSize
        self.batchInterval = batchInterval
        self.customHeaders = customHeaders
        self.maxRetries = maxRetries
        self.timeout = timeout
        self.concurrency = concurrency
    }
}
