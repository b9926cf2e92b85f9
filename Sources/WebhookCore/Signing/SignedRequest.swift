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

    /// The request of one delivery: of its event, or of a batch, aggregated in the order of its entries.
    ///
    /// - Parameter now: the time of this attempt.
    public init(_ delivery: ClaimedDelivery, to subscription: Subscription, now: Timestamp, userAgent: String) {
        switch delivery.content {
        case .event(_, let entry):
            self.init(
                id: delivery.id, eventName: entry.eventName,
                body: Payload.single(
                    profile: subscription.settings.profile, eventName: entry.eventName, occurredAt: entry.occurredAt,
                    data: entry.data),
                subscription: subscription, now: now, userAgent: userAgent)
        case .batch(let entries):
            self.init(
                id: delivery.id, eventName: EventName.batch.text, body: Payload.aggregated(entries),
                subscription: subscription, now: now, userAgent: userAgent)
        }
    }

    private init(
        id: DeliveryID, eventName: String, body: [UInt8], subscription: Subscription, now: Timestamp, userAgent: String
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
    }
}
