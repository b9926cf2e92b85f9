public import Postgres
internal import Synchronization
public import WebhookCore

/// Sends one event to one subscription through the queue and a real worker, and waits for what comes of it.
///
/// The worker that records the outcome notifies `channel`; whoever listens passes that on by `recorded` and
/// `lookAgain`. A poll stands behind it, so a lost notification costs half a second.
public final class TestDispatcher: Sendable {
    /// Its payload is the id of the delivery.
    public static let channel = "martlet_tests"

    /// Within that time a running worker has taken the test.
    private static let takenWithin: Duration = .seconds(5)
    /// What sending and recording may take beyond the timeout of the subscription.
    private static let recordingMargin: Duration = .seconds(5)
    private static let pollInterval: Duration = .milliseconds(500)

    private let database: PostgresClient
    /// Tests under way: each is told to look whether its outcome is there.
    private let waiting = Mutex<[DeliveryID: AsyncStream<Void>.Continuation]>([:])

    public init(_ database: PostgresClient) {
        self.database = database
    }

    /// A worker has recorded the outcome of the test `delivery`, which may be somebody else's.
    public func recorded(_ delivery: DeliveryID) {
        waiting.withLock { _ = $0[delivery]?.yield() }
    }

    /// Notifications may have been lost.
    public func lookAgain() {
        waiting.withLock { for continuation in $0.values { continuation.yield() } }
    }

    /// Returns the outcome; `nil` when there is no such subscription any more.
    ///
    /// Without a worker the outcome says so, and the test is taken back.
    ///
    /// - Parameters:
    ///   - data: JSON text.
    ///   - statementDeadline: for each statement; the test itself takes as long as the receiver.
    public func test(
        _ subscription: StoredSubscription, event: EventName, data: [UInt8], statementDeadline: Duration
    ) async throws(PostgresError) -> TestOutcome? {
        let queued = try await database.execute(
            DispatchTest(id: subscription.id, tenant: subscription.tenant, event: event, data: data),
            deadline: statementDeadline)
        guard let delivery = queued.first ?? nil else { return nil }
        _ = try await database.execute(WakeWorkers(), deadline: statementDeadline)

        if let outcome = try await outcome(of: delivery, within: Self.takenWithin, statementDeadline) {
            return outcome
        }
        if try await cancel(delivery, statementDeadline) {
            return TestOutcome(
                isDelivered: false, statusCode: nil, duration: .zero,
                error:
                    "no delivery-worker took the test within \(Self.takenWithin.components.seconds) s: is one running?")
        }
        let patience = subscription.settings.timeout + Self.recordingMargin
        return try await outcome(of: delivery, within: patience, statementDeadline)
            ?? TestOutcome(
                isDelivered: false, statusCode: nil, duration: .zero,
                error: "a delivery-worker took the test, but has not recorded what came of it")
    }

    /// `nil`: nothing was recorded `within` that time.
    private func outcome(
        of delivery: DeliveryID, within limit: Duration, _ statementDeadline: Duration
    ) async throws(PostgresError) -> TestOutcome? {
        let (signals, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        waiting.withLock { $0[delivery] = continuation }
        let poll = Task {
            while !Task.isCancelled {
                continuation.yield()
                try? await Task.sleep(for: Self.pollInterval)
            }
        }
        defer {
            poll.cancel()
            waiting.withLock { _ = $0.removeValue(forKey: delivery) }
        }
        let end = ContinuousClock.now + limit
        for await _ in signals {
            let found = try await database.execute(
                SelectTestOutcome(delivery: delivery), deadline: statementDeadline)
            if let outcome = found.first { return outcome }
            guard ContinuousClock.now < end else { return nil }
        }
        // The stream ends early only when the task is cancelled.
        throw .cancelled
    }

    private func cancel(_ delivery: DeliveryID, _ deadline: Duration) async throws(PostgresError) -> Bool {
        try await database.execute(CancelTest(delivery: delivery), deadline: deadline).first ?? false
    }
}
