import Postgres
import WebhookCore
import WebhookStore

extension TestStore {
    var deliveries: DeliveryStore { DeliveryStore(database) }
    var replays: ReplayStore { ReplayStore(database) }

    /// Dispatches `count` events whose deliveries have all failed for good.
    func exhaust(_ count: Int, name: String = "order.created") async throws {
        try await run(
            """
            SELECT martlet.dispatch('\(name)', to_json(n)) FROM generate_series(1, \(count)) AS n;
            WITH gone AS (DELETE FROM martlet.pending RETURNING id, event_id, subscription_id, tenant)
            INSERT INTO martlet.waiting (id, event_id, subscription_id, tenant, status, retry_count, error_message)
            SELECT id, event_id, subscription_id, tenant, 'failed', 5, 'HTTP 500' FROM gone
            """)
    }

    /// Until deliveries are told from those made with the events of before (`martlet.is_resent`).
    func untilLaterMillisecond() async throws {
        try await run("SELECT pg_sleep(0.003)")
    }

    /// Dispatches `count` events and delivers them.
    func deliver(_ count: Int, to subscription: StoredSubscription, name: String = "order.created") async throws {
        let claimed = try await claimed(count, name: name)
        _ = try await recordDelivered(claimed.map { try attempt($0, of: subscription, status: 200) })
    }

    /// Claims all that is due in the lanes, and delivers it. Returns what it was.
    @discardableResult
    func deliverLanes(of subscription: StoredSubscription) async throws -> [ClaimedDelivery] {
        try await tend()
        let claimed = try await claimLanes(limit: 100_000)
        try await record(claimed.map { try attempt($0, of: subscription, status: 200) })
        try await releaseLanes(subscription)
        return claimed
    }

    /// One step of the workers' duty.
    func advanceReplays(rowsMax: Int = 1_000) async throws(PostgresError) -> AdvanceReplays.Row? {
        try await database.execute(AdvanceReplays(rowsMax: rowsMax)).first
    }

    /// Begins a replay of everything since an hour ago.
    func replay(
        _ subscription: StoredSubscription, _ outcome: ReplayRequest.Outcome = .any, event: EventPattern = .everything,
        since: Timestamp = EventID(rawValue: 1).time, until: Timestamp? = nil, requestID: String? = nil
    ) async throws(PostgresError) -> ReplayAnswer {
        try await replays.start(
            ReplayRequest(
                subscription: subscription.id, since: since, until: until, outcome: outcome, event: event,
                requestID: requestID),
            tenant: subscription.tenant)
    }

    /// The same, which must begin; how it stands then.
    @discardableResult
    func startedReplay(
        _ subscription: StoredSubscription, _ outcome: ReplayRequest.Outcome = .any, event: EventPattern = .everything,
        since: Timestamp = EventID(rawValue: 1).time, until: Timestamp? = nil
    ) async throws -> StoredReplay {
        let answer = try await replay(subscription, outcome, event: event, since: since, until: until)
        guard case .started(let id) = answer, let replay = try await current(id) else {
            throw NotStarted(answer: answer)
        }
        return replay
    }

    func current(_ replay: ReplayID) async throws(PostgresError) -> StoredReplay? {
        try await replays.find(replay, tenant: "default")
    }
}

struct NotStarted: Error {
    let answer: ReplayAnswer
}
