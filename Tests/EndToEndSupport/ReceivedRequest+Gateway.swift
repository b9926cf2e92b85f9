public import LoopbackReceiver

extension ReceivedRequest {
    /// The body as text; invalid UTF-8 shows as U+FFFD.
    public var bodyText: String { String(decoding: body, as: UTF8.self) }

    /// `X-Delivery-ID`.
    public var deliveryID: String? { header("X-Delivery-ID") }
}
