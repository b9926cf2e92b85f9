public import WebhookCore

/// A subscription as the database knows it; its secrets sealed.
public struct StoredSubscription: Sendable {
    public let id: SubscriptionID
    public let tenant: String
    /// Values of headers that look like credentials are `SealedHeaders.mask`.
    public let settings: SubscriptionSettings
    public let isActive: Bool
    /// Consecutive failed attempts.
    public let failureCount: Int
    public let disabledReason: String?
    /// Slow: its deliveries go to its lane at once.
    public let isDiverted: Bool
    /// Counts every change that a worker must see.
    public let version: Int32
    public let createdAt: Timestamp
    public let updatedAt: Timestamp

    let secret: [UInt8]
    let previousSecret: [UInt8]?
    let previousSecretUntil: Timestamp?
    let sealedHeaders: [UInt8]?
}

extension StoredSubscription {
    /// For how much longer the previous secret signs beside the current one; `nil` when there is none.
    public func overlapLeft(at now: Timestamp) -> Duration? {
        guard previousSecret != nil, let until = previousSecretUntil, now < until else { return nil }
        return until - now
    }
}
