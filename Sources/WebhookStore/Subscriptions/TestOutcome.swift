/// What came of a test of a subscription.
public struct TestOutcome: Sendable, Equatable {
    public let isDelivered: Bool
    /// `nil`: there was no answer.
    public let statusCode: Int?
    public let duration: Duration
    public let error: String?

    public init(isDelivered: Bool, statusCode: Int?, duration: Duration, error: String?) {
        self.isDelivered = isDelivered
        self.statusCode = statusCode
        self.duration = duration
        self.error = error
    }
}
