public import WebhookCore

/// How a subscription does: a row of `webhook_health`.
public struct SubscriptionHealth: Sendable, Equatable {
    public let subscriptionID: SubscriptionID
    public let name: String
    /// `healthy`; `failing`: its last attempt failed; `disabled`: it gets nothing.
    public let state: String
    public let disabledReason: String?
    /// What waits for it, what is held included.
    public let queueDepth: Int
    /// False: at least so many.
    public let queueDepthIsExact: Bool
    /// How long the first of what is due waits; `nil`: nothing is due.
    public let oldestDueAge: Duration?
    /// Of the current hour and the 24 before.
    public let attempts: Int
    public let delivered: Int
    /// 0 to 1; `nil` without attempts.
    public let successRate: Double?
    public let lastError: String?
    public let lastErrorAt: Timestamp?
}
