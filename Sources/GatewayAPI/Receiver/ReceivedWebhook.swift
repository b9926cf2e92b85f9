public import WebhookCore

/// One delivery as a receiver got it.
public struct ReceivedWebhook: Sendable {
    /// What the receiver made of the signature.
    public enum Verification: Sendable, Hashable {
        case verified
        case refused(VerificationError)
        /// The receiver has no secret to verify with.
        case notChecked
    }

    public let receivedAt: Timestamp
    /// Path and query, as sent.
    public let target: String
    /// In the order in which they came.
    public let headers: [HeaderField]
    /// Exactly as received.
    public let body: [UInt8]
    public let verification: Verification

    public init(
        receivedAt: Timestamp, target: String, headers: [HeaderField], body: [UInt8], verification: Verification
    ) {
        self.receivedAt = receivedAt
        self.target = target
        self.headers = headers
        self.body = body
        self.verification = verification
    }

    /// `X-Webhook-Event`
    public var eventName: String? { header("x-webhook-event") }

    /// `X-Delivery-ID`: the same over retries.
    public var deliveryID: String? { header("x-delivery-id") }

    /// The value of the first header of that name, in any case.
    public func header(_ name: String) -> String? {
        let wanted = name.lowercased()
        return headers.first { $0.name.lowercased() == wanted }?.value
    }
}
