public import WebhookCore

/// One request that has ended and been judged, about to be recorded.
///
/// A class, because it passes through several sets before it is recorded.
public final class FinishedAttempt: Sendable {
    public let delivery: ClaimedDelivery
    public let subscription: Subscription
    public let sentAt: Timestamp
    /// The value of the header that carries the signature.
    public let signature: String
    public let outcome: AttemptOutcome
    public let verdict: Verdict

    public init(
        delivery: ClaimedDelivery, subscription: Subscription, sentAt: Timestamp, signature: String,
        outcome: AttemptOutcome, verdict: Verdict
    ) {
        self.delivery = delivery
        self.subscription = subscription
        self.sentAt = sentAt
        self.signature = signature
        self.outcome = outcome
        self.verdict = verdict
    }

    /// A person waits for it: recorded, neither repeated nor counted by the breaker.
    public var isTest: Bool { delivery.lane == .test }

    /// Delivered at the first attempt, alone, out of the fast lane: nearly all there are, recorded by a shorter path.
    public var isPlainSuccess: Bool {
        verdict.fate == .delivered && delivery.lane == .fast
    }

    /// A batch that arrived: recorded by a shorter path too.
    public var isDeliveredBatch: Bool {
        verdict.fate == .delivered && delivery.isBatch
    }

    /// Whether the answer has a text to be stored.
    public var hasText: Bool { responseText != nil }

    /// The same without the text of the answer.
    public var withoutText: FinishedAttempt {
        guard case .responded(let status, let retryAfter, _, let truncated, let duration) = outcome else { return self }
        return FinishedAttempt(
            delivery: delivery, subscription: subscription, sentAt: sentAt, signature: signature,
            outcome: .responded(
                status: status, retryAfter: retryAfter, body: [], truncated: truncated, duration: duration),
            verdict: verdict)
    }

    /// The answer as PostgreSQL can store it: UTF-8 without NUL, what is neither replaced by U+FFFD.
    var responseText: String? {
        guard case .responded(_, _, let body, _, _) = outcome, !body.isEmpty else { return nil }
        let text = String(decoding: body, as: UTF8.self)
        guard body.contains(0) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value == 0 ? "\u{FFFD}" : $0 }))
    }

    /// Of the answer, as it is held in memory.
    public var responseBytes: Int {
        guard case .responded(_, _, let body, _, _) = outcome else { return 0 }
        return body.count
    }

    var statusCode: Int16? { outcome.status.map { Int16(clamping: $0) } }

    var durationMilliseconds: Int32 { Int32(clamping: Int64(outcome.duration / .milliseconds(1))) }
}
