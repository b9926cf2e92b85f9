/// One POST, complete: nothing is left to decide before it is sent. The bytes signed are the bytes sent.
public struct SignedRequest: Sendable {
    public let url: String
    /// In the order in which they are sent: those of every request, the signature, the subscription's own.
    public let headers: [HeaderField]
    public let body: [UInt8]
    /// The value of the header that carries the signature.
    public let signature: String
    /// For the whole request.
    public let timeout: Duration
    /// What `X-Delivery-ID` says: the delivery, or the batch.
    public let id: DeliveryID
    /// The deliveries that this request carries, in the order of the body's entries.
    public let deliveryIDs: [DeliveryID]

    /// A request with one event.
    ///
    /// - Parameter now: the time of this attempt.
    public init(_ delivery: ClaimedDelivery, to subscription: Subscription, now: Timestamp, userAgent: String) {
        self.init(
            id: delivery.id, deliveryIDs: [delivery.id], eventName: delivery.eventName,
            body: Payload.single(
                profile: subscription.settings.profile, eventName: delivery.eventName,
                occurredAt: delivery.occurredAt, data: delivery.data),
            subscription: subscription, now: now, userAgent: userAgent)
    }

    /// A request with several events, aggregated in the order given.
    ///
    /// - Parameter batchID: the batch's own id; the same batch sent again keeps it.
    public init(
        batch deliveries: [ClaimedDelivery], batchID: DeliveryID, to subscription: Subscription, now: Timestamp,
        userAgent: String
    ) {
        precondition(!deliveries.isEmpty, "a batch has at least one entry")
        self.init(
            id: batchID, deliveryIDs: deliveries.map(\.id), eventName: EventName.batch.text,
            body: Payload.aggregated(
                deliveries.map {
                    Payload.Entry(eventName: $0.eventName, occurredAt: $0.occurredAt, data: $0.data)
                }),
            subscription: subscription, now: now, userAgent: userAgent)
    }

    private init(
        id: DeliveryID, deliveryIDs: [DeliveryID], eventName: String, body: [UInt8], subscription: Subscription,
        now: Timestamp, userAgent: String
    ) {
        let signature = subscription.signer.headers(id: id, body: body, now: now)
        let custom = subscription.settings.customHeaders.fields
        var headers: [HeaderField] = []
        headers.reserveCapacity(4 + signature.count + custom.count)
        headers.append(HeaderField("Content-Type", "application/json"))
        headers.append(HeaderField("User-Agent", userAgent))
        headers.append(HeaderField("X-Webhook-Event", eventName))
        headers.append(HeaderField("X-Delivery-ID", id.description))
        headers.append(contentsOf: signature)
        headers.append(contentsOf: custom)

        self.url = subscription.settings.url.text
        self.headers = headers
        self.body = body
        // In every profile the last of its headers is the signature itself.
        self.signature = signature[signature.count - 1].value
        self.timeout = subscription.settings.timeout
        self.id = id
        self.deliveryIDs = deliveryIDs
    }
}
