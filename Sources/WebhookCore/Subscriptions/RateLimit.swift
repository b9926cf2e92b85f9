/// How often a subscription is sent to, all workers together.
public struct RateLimit: Sendable, Hashable {
    /// Requests a second.
    public let rate: Double
    /// Requests that may leave at once after a pause.
    public let burst: Int

    /// - Parameter burst: `nil` is a second's worth.
    public init(rate: Double, burst: Int?) {
        precondition(rate > 0 && burst ?? 1 >= 1)
        self.rate = rate
        self.burst = burst ?? Int(rate.rounded(.up))
    }

    /// From one request to the next.
    public var period: Duration { .seconds(1 / rate) }
}
