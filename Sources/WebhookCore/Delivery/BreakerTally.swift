/// The outcomes of one subscription's attempts that are recorded together, folded in their order.
///
/// It keeps just what the circuit breaker needs, so that a set of any size is one row. A batch is one outcome; a test
/// ping is none.
public struct BreakerTally: Sendable, Hashable {
    /// Failures before the first success.
    public private(set) var leadingFailures = 0
    /// The longest run of failures without a success between them.
    public private(set) var longestRun = 0
    /// Failures after the last success.
    public private(set) var trailingFailures = 0
    public private(set) var anySuccess = false

    public init() {}

    public mutating func record(isSuccess: Bool) {
        if isSuccess {
            anySuccess = true
            trailingFailures = 0
        } else {
            trailingFailures += 1
            if !anySuccess { leadingFailures += 1 }
            longestRun = max(longestRun, trailingFailures)
        }
    }
}
