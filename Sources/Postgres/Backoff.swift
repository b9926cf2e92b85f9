/// How long to wait before connecting again. Pure: the caller supplies the randomness.
struct Backoff: Equatable {
    static let shortest: Duration = .milliseconds(50)
    static let longest: Duration = .seconds(2)

    private(set) var failureCount = 0

    mutating func reset() { failureCount = 0 }

    /// Counts a failure and says how long to wait: 50 ms doubling to 2 s, times `jitter`.
    ///
    /// - Parameter jitter: a factor in `0.5...1`, so that processes that lost the server together do not come back
    ///   together.
    mutating func failed(jitter: Double) -> Duration {
        precondition((0.5...1).contains(jitter))
        let wait = min(Self.longest, Self.shortest * (1 << min(failureCount, 10)))
        failureCount += 1
        return wait * jitter
    }
}
