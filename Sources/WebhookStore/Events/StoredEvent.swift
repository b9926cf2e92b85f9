public import WebhookCore

/// An event as it is listed.
public struct StoredEvent: Sendable, Equatable {
    public let id: EventID
    public let name: String
    public let occurredAt: Timestamp
    public let createdAt: Timestamp
    /// JSON text; `nil` in a list.
    public let data: [UInt8]?
}

/// One delivery of an event, wherever it stands.
public struct QueuedDelivery: Sendable, Equatable {
    public let id: DeliveryID
    public let subscriptionID: SubscriptionID
    /// `pending`, `retry`, `delivered`, `failed`.
    public let status: String
    public let retryCount: Int
    public let nextRetryAt: Timestamp?
    public let error: String?
    public let deliveredAt: Timestamp?
}
