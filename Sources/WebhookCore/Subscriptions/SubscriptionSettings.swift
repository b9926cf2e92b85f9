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
    /// Requests a second, all workers together; `nil`: as fast as they can.
    public var rateLimit: Double?
    /// Requests at once under a rate limit; `nil`: a second's worth.
    public var rateBurst: Int?
    public var ordering: Ordering
    /// Whether a 410 switches it off; `nil`: as the profile says.
    public var disablesOnGone: Bool?

    /// Adopts values that were checked, by `SubscriptionDraft` or when they were stored.
    public init(
        name: String, url: SubscriptionURL, events: [EventPattern], profile: Profile, queueMode: QueueMode?,
        eventOrder: EventOrder?, batchSize: Int, batchInterval: Duration?, customHeaders: CustomHeaders,
        maxRetries: Int, timeout: Duration, concurrency: Int?, rateLimit: Double? = nil, rateBurst: Int? = nil,
        ordering: Ordering = .none, disablesOnGone: Bool? = nil
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
        self.rateLimit = rateLimit
        self.rateBurst = rateBurst
        self.ordering = ordering
        self.disablesOnGone = disablesOnGone
    }

    /// Rate and burst together; `nil`: no limit.
    public var rate: RateLimit? { rateLimit.map { RateLimit(rate: $0, burst: rateBurst) } }

    /// Whether its deliveries all go through the subscription's lane, which knows order and rate. Those that were dispatched
    /// before it had either may still come out of the fast lane, and are parked.
    public var isPrompt: Bool { rateLimit != nil || ordering != .none }
}
