/// Switches a subscription off after too many consecutive failed attempts. Only an administrator switches it on again.
public enum CircuitBreaker {
    /// Consecutive failed attempts; a success in between starts the count anew.
    public static let threshold = 10

    /// Continues the count of consecutive failures with a set of outcomes.
    ///
    /// Once the count has reached the threshold inside the set, the breaker trips, and a success that follows in the
    /// same set does not undo it.
    ///
    /// - Returns: the new count, at most the threshold, and whether the breaker trips.
    public static func judge(failureCount: Int, tally: BreakerTally) -> (failureCount: Int, trips: Bool) {
        guard max(failureCount + tally.leadingFailures, tally.longestRun) < threshold else {
            return (threshold, tally != BreakerTally())
        }
        return (tally.anySuccess ? tally.trailingFailures : failureCount + tally.leadingFailures, false)
    }

    /// `disabled_reason` of a breaker that tripped.
    public static func tripReason(lastError: String?) -> String {
        let reason = "\(threshold) consecutive attempts failed"
        return ErrorMessage.bounded(lastError.map { "\(reason); the last one: \($0)" } ?? reason)
    }

    /// `disabled_reason` after a 410.
    public static let goneReason = "the receiver answered HTTP 410: it is gone for good"
}
