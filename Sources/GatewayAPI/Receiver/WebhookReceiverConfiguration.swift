public import WebhookCore

/// Where a receiver listens, and what it answers.
public struct WebhookReceiverConfiguration: Sendable {
    /// Of one request's body: the largest batch, and room for what surrounds its entries.
    public static let bodyBytesMax = 64 * 1_048_576

    public var host: String
    /// 0 lets the system choose; `WebhookReceiver.port` says which it chose.
    public var port: Int
    /// `nil`: everything is accepted, and nothing is verified.
    public var verifier: SignatureVerifier?
    /// The answer to a genuine request, 200...599.
    public var status: Int
    /// How long the answer waits, as a slow receiver's does.
    public var delay: Duration

    public init(
        host: String = "127.0.0.1", port: Int = 0, verifier: SignatureVerifier?, status: Int = 204,
        delay: Duration = .zero
    ) {
        precondition((200...599).contains(status), "\(status) is no final status")
        self.host = host
        self.port = port
        self.verifier = verifier
        self.status = status
        self.delay = delay
    }
}
