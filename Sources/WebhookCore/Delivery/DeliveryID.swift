/// Names one delivery, or one batch of deliveries. The receiver sees it in `X-Delivery-ID`, the same over retries.
public struct DeliveryID: TimeOrderedID {
    public let rawValue: Int64

    public init(rawValue: Int64) { self.rawValue = rawValue }
}
