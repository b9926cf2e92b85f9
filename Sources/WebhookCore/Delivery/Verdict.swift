/// What follows from the outcome of an attempt.
public struct Verdict: Sendable, Hashable {
    public enum Fate: Sendable, Hashable {
        case delivered
        /// The next attempt is due `after` the end of this one. `retryCount` counts scheduled retries, this one included.
        case retry(after: Duration, retryCount: Int)
        /// No retry is left.
        case exhausted
    }

    public let fate: Fate
    /// What goes into `error_message`; `nil` for a success.
    public let error: String?
    /// Why the subscription is switched off now, for `disabled_reason`; `nil` when it is not.
    ///
    /// Set by a 410 where the policy says so. The attempt is still judged like any other failure: a delivery with
    /// retries left waits, held as behind an open circuit breaker, and goes out when the subscription is reactivated.
    public let disablesSubscription: String?

    /// - Parameters:
    ///   - attempt: the attempt that has ended, counted from 1; the entries of a batch may differ in it.
    ///   - now: when it ended.
    public init(on outcome: AttemptOutcome, ofAttempt attempt: Int, policy: RetryPolicy, now: Timestamp) {
        guard !outcome.isSuccess else {
            (fate, error, disablesSubscription) = (.delivered, nil, nil)
            return
        }
        error = outcome.errorMessage
        disablesSubscription = outcome.status == 410 && policy.disablesOnGone ? CircuitBreaker.goneReason : nil
        if let planned = policy.wait(after: attempt) {
            let wait = max(planned, Verdict.requestedDelay(of: outcome, now: now) ?? .zero)
            fate = .retry(after: wait, retryCount: attempt)
        } else {
            fate = .exhausted
        }
    }

    public init(on outcome: AttemptOutcome, of delivery: ClaimedDelivery, policy: RetryPolicy, now: Timestamp) {
        self.init(on: outcome, ofAttempt: delivery.attempt, policy: policy, now: now)
    }

    /// `Retry-After`, which counts on 429 and 503 only.
    private static func requestedDelay(of outcome: AttemptOutcome, now: Timestamp) -> Duration? {
        guard case .responded(let status, let retryAfter?, _, _, _) = outcome, [429, 503].contains(status) else {
            return nil
        }
        return RetryAfter.delay(retryAfter, now: now)
    }
}
