/// A delivery that this worker has leased, about to be attempted: one event for one subscription, or a batch of its events.
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

    /// What goes out in its request.
    public enum Content: Sendable, Hashable {
        case event(EventID, Payload.Entry)
        /// In this order; never empty.
        case batch([Payload.Entry])
    }

    /// `X-Delivery-ID`: the delivery's, or the batch's own, which it keeps over retries.
    public let id: DeliveryID
    public let tenant: String
    public let subscriptionID: SubscriptionID
    /// The version the subscription had at the claim; `nil`: it was deleted.
    public let subscriptionVersion: Int32?
    /// The attempt about to be made, counted from 1.
    public let attempt: Int
    public let content: Content
    public let lane: Lane
    /// Not to be sent earlier than this after the claim's answer: the rate limit of the subscription.
    public let wait: Duration
    /// Sent after the deliveries of the same subscription and key that have smaller ids; `nil`: in no order.
    public let orderKey: Int64?

    public init(
        id: DeliveryID, tenant: String, subscriptionID: SubscriptionID, subscriptionVersion: Int32? = 1, attempt: Int,
        content: Content, lane: Lane, wait: Duration = .zero, orderKey: Int64? = nil
    ) {
        precondition(attempt >= 1, "attempts count from 1")
        self.id = id
        self.tenant = tenant
        self.subscriptionID = subscriptionID
        self.subscriptionVersion = subscriptionVersion
        self.attempt = attempt
        self.content = content
        self.lane = lane
        self.wait = wait
        self.orderKey = orderKey
    }
}
