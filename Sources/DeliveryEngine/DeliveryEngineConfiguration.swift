/// What one worker may use and how it presents itself.
public struct DeliveryEngineConfiguration: Sendable {
    /// Requests in flight.
    public var concurrency: Int
    /// Requests in flight per subscription, unless the subscription sets its own.
    public var subscriptionConcurrency: Int
    /// How long a claim holds when the worker neither records nor dies.
    public var lease: Duration
    public var userAgent: String
    /// For people: which program this is.
    public var workerName: String
    /// How long what is in flight may take after the worker was told to stop.
    public var shutdownGrace: Duration
    /// Takes no new work after this; `nil`: runs until it is told to stop.
    public var timeLimit: Duration?
    /// Stops once nothing is due.
    public var drains: Bool
    /// Sends what waits in queued mode at its start, whatever the interval of its subscription.
    public var flushes: Bool

    public init(
        concurrency: Int = 256, subscriptionConcurrency: Int = 16, lease: Duration = .seconds(60),
        userAgent: String, workerName: String, shutdownGrace: Duration = .seconds(15), timeLimit: Duration? = nil,
        drains: Bool = false, flushes: Bool = false
    ) {
        precondition(concurrency >= 1 && subscriptionConcurrency >= 1)
        self.concurrency = concurrency
        self.subscriptionConcurrency = subscriptionConcurrency
        self.lease = lease
        self.userAgent = userAgent
        self.workerName = workerName
        self.shutdownGrace = shutdownGrace
        self.timeLimit = timeLimit
        self.drains = drains
        self.flushes = flushes
    }

    /// Claimed deliveries a worker may hold: as many again as are in flight, so that none of them waits for a claim; of
    /// thousands in flight so many never end during one.
    var heldMax: Int { concurrency + min(concurrency, 512) }
}
