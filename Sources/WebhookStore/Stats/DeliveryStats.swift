public import WebhookCore

/// The attempts of a subscription in one hour (UTC).
public struct DeliveryStats: Sendable, Equatable {
    public let subscriptionID: SubscriptionID
    /// When the hour began.
    public let hour: Timestamp
    public let attempts: Int
    public let delivered: Int
    /// Attempts that did not deliver, whether or not a retry followed.
    public let failed: Int
    /// Those of them after which none did.
    public let exhausted: Int
    /// 0 to 1.
    public let successRate: Double
    /// Milliseconds: the bound of a fixed histogram below which half of the attempts stayed, and so on.
    public let p50: Int
    public let p95: Int
    public let p99: Int

    public var cursor: StatsCursor { StatsCursor(hour: hour, subscriptionID: subscriptionID) }
}

/// A place in the list of hours, newest first: `1763848800-7`, the seconds of the hour since 1970 and the subscription.
public struct StatsCursor: Sendable, Equatable, LosslessStringConvertible {
    public let hour: Timestamp
    public let subscriptionID: SubscriptionID

    public init(hour: Timestamp, subscriptionID: SubscriptionID) {
        self.hour = hour
        self.subscriptionID = subscriptionID
    }

    public init?(_ description: String) {
        let parts = description.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let seconds = Int64(parts[0]), let subscription = SubscriptionID(String(parts[1]))
        else { return nil }
        self.init(hour: Timestamp(secondsSinceUnixEpoch: seconds), subscriptionID: subscription)
    }

    public var description: String { "\(hour.secondsSinceUnixEpoch)-\(subscriptionID)" }
}
