/// When a failed delivery is tried again, and what a 410 does.
public struct RetryPolicy: Sendable, Hashable {
    public static let retriesDefault = 5
    public static let retriesMax = 20

    /// The waits after the first, second, … failed attempt; the last one repeats. There is no jitter: a retry is
    /// never early, and the queue spreads what is due at once.
    public static let waits: [Duration] = [.seconds(30), .minutes(2), .minutes(8), .minutes(32), .hours(2)]

    /// 1...20; a delivery is attempted once more than this.
    public let maxRetries: Int
    /// Whether a 410 switches the subscription off.
    public let disablesOnGone: Bool

    /// - Parameter maxRetries: `nil` and 0 mean 5; what lies outside 1...20 is brought to its nearer end.
    public init(maxRetries: Int?, disablesOnGone: Bool) {
        let wanted = maxRetries ?? 0
        self.maxRetries = wanted == 0 ? RetryPolicy.retriesDefault : min(max(wanted, 1), RetryPolicy.retriesMax)
        self.disablesOnGone = disablesOnGone
    }

    /// The planned wait from the end of `attempt` (counted from 1) to the next; `nil` when it was the last one.
    public func wait(after attempt: Int) -> Duration? {
        precondition(attempt >= 1, "attempts count from 1")
        guard attempt <= maxRetries else { return nil }
        return RetryPolicy.waits[min(attempt, RetryPolicy.waits.count) - 1]
    }
}
