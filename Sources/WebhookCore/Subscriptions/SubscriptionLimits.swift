/// The ranges and defaults of a subscription's settings.
public enum SubscriptionLimits {
    /// Characters, in the sense of Unicode code points.
    public static let nameLength = 1...200
    /// Patterns after duplicates are gone.
    public static let eventCount = 1...100
    public static let batchSize = 1...1_000
    public static let batchSizeDefault = 10
    public static let batchInterval: ClosedRange<Duration> = .seconds(1) ... .hours(24)
    public static let maxRetries = 1...RetryPolicy.retriesMax
    public static let timeout: ClosedRange<Duration> = .seconds(1) ... .seconds(30)
    public static let timeoutDefault: Duration = .seconds(10)
    public static let concurrency = 1...1_000
    /// Requests a second.
    public static let rateLimit = 0.01...10_000
    public static let rateBurst = 1...10_000
}
