import Postgres
import TestSupport
import Testing
import WebhookCore
import WebhookStore

extension TestStore {
    static let lease: Duration = .seconds(60)
    /// Any time will do: the store judges nothing by it.
    static let now = Timestamp(secondsSinceUnixEpoch: 1_800_000_000)

    /// Emits an event as an application does.
    @discardableResult
    func dispatch(
        _ name: String, _ data: String = "{}", key: String? = nil, tenant: String = "default"
    ) async throws(PostgresError) -> EventID {
        try await DispatchInSQL(
            name: EventName(stored: name), data: Array(data.utf8), idempotencyKey: key, tenant: tenant
        ).run(on: database)
    }

    func claim(
        as worker: WorkerID = TestStore.worker, limit: Int = 100, above: Int64 = 0, lease: Duration = TestStore.lease
    ) async throws(PostgresError) -> [ClaimedDelivery] {
        try await database.execute(ClaimPending(worker: worker, limit: limit, above: above, lease: lease))
    }

    func claimLanes(
        as worker: WorkerID = TestStore.worker, lanes: Int = 10, limit: Int = 100, again: [SubscriptionID] = []
    ) async throws(PostgresError) -> [ClaimedDelivery] {
        try await database.execute(
            ClaimLanes(worker: worker, lanes: lanes, limit: limit, lease: Self.lease, again: again))
    }

    @discardableResult
    func releaseLanes(
        _ subscriptions: StoredSubscription..., as worker: WorkerID = TestStore.worker
    ) async throws(PostgresError) -> Int? {
        try await releaseLanes(subscriptions.map { .init(subscription: $0.id) }, as: worker)
    }

    @discardableResult
    func releaseLanes(
        _ lanes: [ReleaseLanes.Lane], as worker: WorkerID = TestStore.worker
    ) async throws(PostgresError) -> Int? {
        try await database.execute(ReleaseLanes(worker: worker, lanes: lanes)).first
    }

    /// In how long a lane is due that the worker may claim from.
    @discardableResult
    func look(as worker: WorkerID = TestStore.worker) async throws(PostgresError) -> Duration? {
        try await database.execute(AdvancePromptLanes(worker: worker)).first ?? nil
    }

    /// Claims as a worker that takes all there is and then sleeps: from now on dispatch notifies.
    func claimAndSleep() async throws(PostgresError) {
        _ = try await claim(limit: 10_000)
    }

    /// What the duties of a second do, as a worker that is not registered.
    @discardableResult
    func tend() async throws(PostgresError) -> TendQueue.Row? {
        try await database.execute(TendQueue(worker: Self.worker)).first
    }

    /// The request of `delivery`, answered with `status`; `nil` means no answer.
    func attempt(
        _ delivery: ClaimedDelivery, of stored: StoredSubscription, status: Int?, retryAfter: String? = nil,
        responseBody: [UInt8] = Array("thanks".utf8), userAgent: String = "Martlet/test"
    ) throws -> FinishedAttempt {
        let subscription = try subscriptions.prepare(stored, now: Self.now)
        let request = SignedRequest(delivery, to: subscription, now: Self.now, userAgent: userAgent)
        let outcome: AttemptOutcome =
            if let status {
                .responded(
                    status: status, retryAfter: retryAfter, body: responseBody, truncated: false,
                    duration: .milliseconds(12))
            } else {
                .failed(reason: .timedOut, message: "", duration: .seconds(10))
            }
        return FinishedAttempt(
            delivery: delivery, subscription: subscription, sentAt: Self.now, signature: request.signature,
            outcome: outcome,
            verdict: Verdict(on: outcome, of: delivery, policy: subscription.retryPolicy, now: Self.now))
    }

    /// The deliveries in a batch that is not on record yet, in its order.
    func entries(of batch: ClaimedDelivery) async throws -> [DeliveryID] {
        try await rows("SELECT unnest(entries)::text FROM martlet.batches WHERE id = \(batch.id)")
            .map { try DeliveryID(rawValue: #require(Int64($0 ?? ""))) }
    }

    /// Records attempts of any outcome; returns the subscriptions that were switched off.
    @discardableResult
    func record(
        _ attempts: [FinishedAttempt], as worker: WorkerID = TestStore.worker
    ) async throws(PostgresError) -> [SubscriptionID] {
        try await database.execute(RecordAttempts(worker: worker, attempts: attempts)).first ?? []
    }

    /// Records plain successes; returns how many of the deliveries were still the worker's.
    func recordDelivered(
        _ attempts: [FinishedAttempt], as worker: WorkerID = TestStore.worker
    ) async throws(PostgresError) -> Int? {
        try await database.execute(RecordDelivered(worker: worker, attempts: attempts)).first
    }

    /// Dispatches `count` events one after the other and claims the deliveries they make.
    func claimed(_ count: Int, name: String = "order.created") async throws(PostgresError) -> [ClaimedDelivery] {
        for _ in 0..<count { try await dispatch(name) }
        return try await claim(limit: 1_000)
    }

    /// Lets what waits for `subscription` be due now, and claims the first of it.
    func claimRetry(
        of subscription: StoredSubscription, as worker: WorkerID = TestStore.worker
    ) async throws -> ClaimedDelivery {
        try await run(
            """
            UPDATE martlet.waiting SET next_retry_at = now() WHERE subscription_id = \(subscription.id) AND status = 'retry';
            UPDATE martlet.lanes SET due_at = now(), lease_until = NULL, worker = NULL
            WHERE subscription_id = \(subscription.id);
            """)
        return try #require(try await claimLanes(as: worker, limit: 1).first)
    }

    /// Queues a test of `subscription` and claims it.
    func queueTest(of subscription: StoredSubscription, event: String = "webhook.ping") async throws -> ClaimedDelivery
    {
        _ = try await value(
            "SELECT martlet.dispatch_test(\(subscription.id), '\(subscription.tenant)', '\(event)', '{}')::text")
        return try #require(try await claim().first)
    }

    /// Makes the partition of a day that has passed.
    func makePartition(of parent: String, daysAgo: Int) async throws {
        try await run(
            """
            DO $$
            DECLARE
                day timestamptz := date_trunc('day', now(), 'UTC') - interval '\(daysAgo * 24) hours';
            BEGIN
                EXECUTE format(
                    'CREATE TABLE martlet.\(parent)_%s PARTITION OF martlet.\(parent) FOR VALUES FROM (%s) TO (%s)',
                    to_char(day AT TIME ZONE 'UTC', 'YYYYMMDD'),
                    martlet.id_floor(day), martlet.id_floor(day + interval '24 hours'));
            END
            $$
            """)
    }

    /// What maintenance does every hour.
    @discardableResult
    func maintain(rowsPerStep: Int = 1_000) async throws(PostgresError) -> Maintained {
        var done = Maintained()
        while let made = try await database.execute(MakePartitions()).first, made > 0 { done.made += made }
        while let step = try await database.execute(ExpireRows(limit: rowsPerStep)).first {
            done.steps += 1
            done.expired += step.deleted
            if !step.more { break }
        }
        while let dropped = try await database.execute(DropOldPartition(), deadline: .seconds(60)).first ?? nil {
            done.dropped.append(dropped)
        }
        return done
    }

    struct Maintained {
        var made = 0
        var steps = 0
        var expired = 0
        var dropped: [String] = []
    }

    /// Waits for a test to be queued, and claims it.
    func claimTest(as worker: WorkerID = TestStore.worker) async throws -> ClaimedDelivery {
        var claimed: [ClaimedDelivery] = []
        try await eventually("a test is queued", within: .seconds(60)) {
            claimed = try await claim(as: worker)
            return !claimed.isEmpty
        }
        return claimed[0]
    }

    /// Sends one delivery after the other to `subscription`, each answered with the next status.
    @discardableResult
    func deliver(statuses: [Int], to subscription: StoredSubscription) async throws -> [SubscriptionID] {
        var disabled: [SubscriptionID] = []
        for status in statuses {
            let delivery = try await claimed(1)
            disabled += try await record([attempt(delivery[0], of: subscription, status: status)])
        }
        return disabled
    }
}

extension ClaimedDelivery {
    /// Of its event; of a batch, of the first.
    var eventName: String { entries[0].eventName }
    var data: [UInt8] { entries[0].data }
    var occurredAt: Timestamp { entries[0].occurredAt }
}
