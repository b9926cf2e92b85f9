/// A delivery that this worker has leased: one event for one subscription, about to be attempted.
public struct ClaimedDelivery: Sendable, Hashable {
    /// Which of the queue's tables the delivery stands in.
    public enum Lane: Sendable, Hashable {
        /// First attempts of healthy, immediate subscriptions.
        case fast
        /// Beside them: a delivery that a person waits for. It has one attempt, and the breaker does not count it.
        case test
        /// Retries, queued deliveries, and those of a subscription that is slow or at its limit.
        case waiting
    }

    public let id: DeliveryID
    public let tenant: String
    public let eventID: EventID
    public let subscriptionID: SubscriptionID
    /// The version the subscription had at the claim; `nil`: it was deleted.
    public let subscriptionVersion: Int32?
    /// The attempt about to be made, counted from 1.
    public let attempt: Int
    public let eventName: String
    public let occurredAt: Timestamp
    /// The event's data, JSON text as it was given.
    public let data: [UInt8]
    public let lane: Lane
    /// Not to be sent earlier than this after the claim's answer: the rate limit of the subscription.
    public let wait: Duration
    /// Sent after the deliveries of the same subscription and key that have smaller ids; `nil`: in no order.
    public let orderKey: Int64?
    /// The batch that it goes out in; `nil`: alone.
    public let batchID: DeliveryID?
    /// What goes out with it, behind it in the body (`gatheredIntoBatches`).
    public internal(set) var others: [ClaimedDelivery] = []

    public init(
        id: DeliveryID, tenant: String, eventID: EventID, subscriptionID: SubscriptionID,
        subscriptionVersion: Int32? = 1, attempt: Int, eventName: String, occurredAt: Timestamp, data: [UInt8],
        lane: Lane, wait: Duration = .zero, orderKey: Int64? = nil, batchID: DeliveryID? = nil
    ) {
        precondition(attempt >= 1, "attempts count from 1")
        self.id = id
        self.tenant = tenant
        self.eventID = eventID
        self.subscriptionID = subscriptionID
        self.subscriptionVersion = subscriptionVersion
        self.attempt = attempt
        self.eventName = eventName
        self.occurredAt = occurredAt
        self.data = data
        self.lane = lane
        self.wait = wait
        self.orderKey = orderKey
        self.batchID = batchID
    }
}
