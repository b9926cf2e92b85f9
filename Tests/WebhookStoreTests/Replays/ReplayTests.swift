import Postgres
import Testing
import WebhookCore

@testable import WebhookStore

struct ReplayTests {
    private static let states =
        "SELECT concat_ws(' ', status, count(*)) FROM martlet.waiting GROUP BY status ORDER BY 1"

    @Test func `failed deliveries begin anew under their ids, what arrived is left alone`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe()
            try await store.deliver(2, to: subscription)
            try await store.exhaust(3)
            let ids = try await store.rows("SELECT id::text FROM martlet.waiting ORDER BY id")

            let replay = try await store.startedReplay(subscription, .failed)
            #expect(replay.state == .done)
            #expect(replay.queued == 3)
            #expect(replay.notReplayable == 0)
            #expect(try await store.rows(Self.states) == ["pending 3"])
            let sent = try await store.deliverLanes(of: subscription)
            #expect(sent.map { "\($0.id)" } == ids)
            #expect(sent.allSatisfy { $0.attempt == 1 })
        }
    }

    @Test func `delivered ones go out as new deliveries of the same events, in their order`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe()
            try await store.deliver(3, to: subscription)
            let test = try await store.queueTest(of: subscription, event: "order.created")
            try await store.record([store.attempt(test, of: subscription, status: 200)])
            #expect(try await store.deliveries.retry(test.id, tenant: "default") == .noSuchDelivery)
            try await store.exhaust(1)
            let events = try await store.rows(
                "SELECT event_id::text FROM martlet.attempts ORDER BY delivery_id LIMIT 3")

            let replay = try await store.startedReplay(subscription, .delivered)
            #expect(replay.state == .done)
            #expect(replay.queued == 3)
            let sent = try await store.deliverLanes(of: subscription)
            #expect(sent.compactMap(\.eventID).map { "\($0)" } == events)
            #expect(sent.map(\.id) == sent.map(\.id).sorted())
            #expect(sent.allSatisfy { $0.id.rawValue > replay.id.rawValue })
            #expect(try await store.rows(Self.states) == ["failed 1"])
        }
    }

    @Test func `a replay of both takes no delivery twice, however its steps and the sending interleave`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe()
            try await store.deliver(5, to: subscription)
            try await store.exhaust(5)
            let id = try #require(
                try await store.value(
                    """
                    SELECT id::text
                    FROM martlet.start_replay(\(subscription.id), 'default', '2024-01-01Z', NULL, 'any', '*', NULL, 2)
                    """
                ).flatMap(ReplayID.init))
            var sent = try await store.deliverLanes(of: subscription)
            #expect(sent.count == 2)
            while try await store.current(id)?.state == .running {
                _ = try await store.advanceReplays(rowsMax: 2)
                sent += try await store.deliverLanes(of: subscription)
            }
            #expect(try await store.current(id)?.queued == 10)
            #expect(sent.count == 10)
            #expect(Set(sent.map(\.eventID)).count == 10)
        }
    }

    @Test func `time and event choose`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe()
            try await store.exhaust(1, name: "order.created")
            try await store.deliver(1, to: subscription, name: "order.paid")
            // Ids of the next events are of a later millisecond.
            let floor = try await store.value("SELECT martlet.id_floor(clock_timestamp() + interval '1 ms')::text")
            let then = try #require(floor.flatMap(EventID.init)).time
            try await store.run("SELECT pg_sleep(0.003)")
            try await store.exhaust(1, name: "stock.low")
            try await store.deliver(1, to: subscription, name: "stock.gone")

            #expect(try await store.startedReplay(subscription, since: then).queued == 2)
            try await store.deliverLanes(of: subscription)
            #expect(try await store.startedReplay(subscription, .failed, until: then).queued == 1)
            try await store.deliverLanes(of: subscription)
            #expect(
                try await store.startedReplay(subscription, .delivered, event: EventPattern("order.paid"), until: then)
                    .queued == 1)
            try await store.deliverLanes(of: subscription)
            #expect(try await store.startedReplay(subscription, event: EventPattern("nothing.*")).queued == 0)
        }
    }

    @Test func `a second replay takes each event once, not what the first one sent again`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe()
            try await store.deliver(3, to: subscription)
            try await store.untilLaterMillisecond()
            #expect(try await store.startedReplay(subscription).queued == 3)
            // What waits already is not queued again.
            #expect(try await store.startedReplay(subscription).queued == 0)
            #expect(try await store.deliverLanes(of: subscription).count == 3)
            #expect(try await store.startedReplay(subscription).queued == 3)
            #expect(try await store.deliverLanes(of: subscription).count == 3)
        }
    }

    @Test func `what was delivered and failed when it was sent again goes out once`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe(to: ["order.*"], maxRetries: 1)
            try await store.deliver(1, to: subscription)
            try await store.untilLaterMillisecond()
            try await store.startedReplay(subscription)
            let again = try #require(try await store.claimLanes().first)
            try await store.record([store.attempt(again, of: subscription, status: 500)])
            try await store.record([store.attempt(store.claimRetry(of: subscription), of: subscription, status: 500)])
            try await store.releaseLanes(subscription)
            #expect(try await store.rows(Self.states) == ["failed 1"])

            let id = try #require(
                try await store.value(
                    """
                    SELECT id::text
                    FROM martlet.start_replay(\(subscription.id), 'default', '2024-01-01Z', NULL, 'any', '*', NULL, 1)
                    """
                ).flatMap(ReplayID.init))
            // The failed one has arrived before the replay comes to what was delivered first.
            #expect(try await store.deliverLanes(of: subscription).map(\.id) == [again.id])
            while try await store.current(id)?.state == .running { _ = try await store.advanceReplays() }
            #expect(try await store.current(id)?.queued == 1)
            #expect(try await store.deliverLanes(of: subscription).isEmpty)
        }
    }

    @Test func `the same request is the same replay`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe()
            let other = try await store.subscribe(to: ["other"])
            try await store.deliver(2, to: subscription)
            guard case .started(let id) = try await store.replay(subscription, requestID: "r-1") else {
                Issue.record("not started")
                return
            }
            #expect(try await store.replay(subscription, .failed, requestID: "r-1") == .duplicate(id))
            #expect(try await store.value("SELECT count(*)::text FROM martlet.waiting") == "2")
            #expect(try await store.replay(other, requestID: "r-1") != .duplicate(id))
            #expect(try await store.replay(subscription, requestID: "r-2") != .duplicate(id))
        }
    }

    @Test func `the same request at the same time is made once`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe()
            try await store.deliver(2, to: subscription)
            let answers = try await withThrowingTaskGroup(of: ReplayAnswer.self) { group in
                for _ in 0..<5 { group.addTask { try await store.replay(subscription, requestID: "r") } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(
                answers.count {
                    if case .started = $0 { true } else { false }
                } == 1)
            #expect(try await store.value("SELECT count(*)::text FROM martlet.waiting") == "2")
        }
    }

    @Test func `events that are no longer kept are counted, not sent`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe()
            try await store.deliver(3, to: subscription)
            try await store.run("DELETE FROM martlet.events WHERE id = (SELECT min(id) FROM martlet.events)")
            let replay = try await store.startedReplay(subscription)
            #expect(replay.queued == 2)
            #expect(replay.notReplayable == 1)
        }
    }

    @Test func `what was delivered in a batch goes out again, each entry once`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe()
            for _ in 0..<3 { try await store.dispatch("order.created") }
            let claimed = try await store.claim()
            try await store.run(
                """
                INSERT INTO martlet.attempts (
                    id, delivery_id, sent_at, subscription_id, version, duration_ms, worker, attempt, response_code,
                    outcome, tenant, signature, queue_ids, event_ids)
                SELECT martlet.new_id(martlet.id_floor(clock_timestamp())), martlet.new_id(martlet.id_floor(now())),
                       now(), \(subscription.id), 1, 5, 1, 1, 200, 'd', 'default', 's', array_agg(id ORDER BY id),
                       array_agg(event_id ORDER BY id)
                FROM martlet.pending;
                DELETE FROM martlet.pending;
                """)
            let listed = try await store.deliveries.list(DeliveryFilter(), tenant: "default", after: nil, limit: 9)
            #expect(listed.deliveries.map(\.eventID) == claimed.reversed().map(\.eventID))
            #expect(listed.deliveries.allSatisfy { $0.status == .delivered })
            let found = try await store.deliveries.find(claimed[1].id, tenant: "default")
            #expect(found?.eventID == claimed[1].eventID)

            let replay = try await store.startedReplay(subscription)
            #expect(replay.state == .done)
            #expect(replay.queued == 3)
            #expect(try await store.deliverLanes(of: subscription).map(\.eventID) == claimed.map(\.eventID))
        }
    }

    @Test func `a subscription that is off or gone is not replayed to`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe()
            try await store.exhaust(3)
            _ = try await store.deactivate(subscription)
            #expect(try await store.replay(subscription) == .subscriptionIsInactive)
            _ = try await store.subscriptions.delete(subscription.id, tenant: "default")
            #expect(try await store.replay(subscription) == .noSuchSubscription)
        }
    }

    @Test func `a large one goes on in bounded steps, and only so much waits at a time`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe()
            try await store.exhaust(6_500)
            let replay = try await store.startedReplay(subscription)
            #expect(replay.state == .running)
            #expect(replay.queued == 1_000)
            for queued in [2_000, 3_000, 4_000, 5_000, 5_000] {
                let before = try #require(try await store.current(replay.id))
                _ = try await store.advanceReplays()
                let after = try #require(try await store.current(replay.id))
                #expect(after.queued == Int64(queued))
                #expect(after.position >= before.position)
            }
            #expect(try await store.advanceReplays() == AdvanceReplays.Row(running: 1, rowsLookedAt: 0))
            // While it is off nothing is added, when it is on again it goes on.
            try await store.run(
                "UPDATE martlet.waiting SET next_retry_at = now() + interval '1 h' WHERE status = 'pending'")
            _ = try await store.deactivate(subscription)
            #expect(try await store.advanceReplays()?.rowsLookedAt == 0)
            try await store.run("UPDATE martlet.subscriptions SET active = true, disabled_reason = NULL")
            while try await store.current(replay.id)?.state == .running { _ = try await store.advanceReplays() }
            #expect(try await store.current(replay.id)?.queued == 6_500)
            #expect(try await store.rows(Self.states) == ["pending 6500"])
        }
    }

    @Test func `what only process-webhooks sends is queued to its end`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe()
            try await store.exhaust(6_500)
            try await store.run("UPDATE martlet.subscriptions SET queue_mode = 'queued'")
            let replay = try await store.startedReplay(subscription)
            while try await store.advanceReplays()?.rowsLookedAt ?? 0 > 0 {}
            #expect(try await store.current(replay.id)?.queued == 6_500)
        }
    }

    @Test func `of a subscription with a rate limit ten seconds' worth waits`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe(rateLimit: 2)
            try await store.run(
                """
                SELECT martlet.dispatch('order.created', '1') FROM generate_series(1, 50);
                UPDATE martlet.waiting SET status = 'failed', next_retry_at = NULL
                """)
            #expect(try await store.startedReplay(subscription).queued == 20)
        }
    }

    @Test func `a cancelled one queues nothing more`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe()
            try await store.exhaust(1_500)
            let replay = try await store.startedReplay(subscription)
            #expect(try await store.replays.cancel(replay.id, tenant: "default"))
            #expect(try await !store.replays.cancel(replay.id, tenant: "acme"))
            #expect(try await store.advanceReplays() == AdvanceReplays.Row(running: 0, rowsLookedAt: 0))
            let ended = try await store.current(replay.id)
            #expect(ended?.state == .cancelled)
            #expect(ended?.queued == 1_000)
            #expect(try await store.replays.cancel(replay.id, tenant: "default"))
            #expect(try await store.current(replay.id) == ended)
        }
    }

    @Test func `one whose subscription is deleted ends`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe()
            try await store.exhaust(1_500)
            let replay = try await store.startedReplay(subscription)
            _ = try await store.subscriptions.delete(subscription.id, tenant: "default")
            _ = try await store.advanceReplays()
            #expect(try await store.current(replay.id)?.state == .cancelled)
            #expect(try await store.rows(Self.states).isEmpty)
        }
    }

    // MARK: Large

    /// History written straight into the tables: half of it delivered, half of it failed, a millisecond each.
    private static func history(_ count: Int, of subscription: StoredSubscription) -> String {
        """
        CREATE TABLE public.history AS
        SELECT n, martlet.id_floor(now() - interval '30 minutes') + (n::bigint << 22) AS id
        FROM generate_series(1, \(count)) AS n;
        INSERT INTO martlet.events (id, tenant, event_name, payload)
        SELECT id, 'default', 'order.created', to_json(n) FROM public.history;
        INSERT INTO martlet.waiting (id, event_id, subscription_id, tenant, status)
        SELECT id + 1, id, \(subscription.id), 'default', 'failed' FROM public.history WHERE n % 2 = 0;
        INSERT INTO martlet.attempts (
            id, delivery_id, event_id, sent_at, subscription_id, version, duration_ms, worker, attempt, outcome, tenant,
            signature)
        SELECT id + 2, id + 1, id, now(), \(subscription.id), 1, 5, 1, 1, 'd', 'default', 's'
        FROM public.history WHERE n % 2 = 1;
        CREATE TABLE public.arrived (event_id bigint);
        ANALYZE
        """
    }

    /// What waits arrives, without all that a worker does for it.
    private static let arrive = """
        WITH gone AS (DELETE FROM martlet.waiting WHERE status = 'pending' RETURNING event_id)
        INSERT INTO public.arrived SELECT event_id FROM gone
        """

    @Test func `a very large one is cancelled in the middle, and a second one brings the rest`() async throws {
        let count = 100_000
        try await withStore { store in
            let subscription = try await store.subscribe()
            try await store.run(Self.history(count, of: subscription))
            let first = try await store.startedReplay(subscription)
            while let now = try await store.current(first.id), now.queued < count * 3 / 5 {
                #expect(now.state == .running)
                try await store.run(Self.arrive)
                _ = try await store.advanceReplays(rowsMax: 5_000)
            }
            #expect(try await store.replays.cancel(first.id, tenant: "default"))
            #expect(try await store.advanceReplays() == AdvanceReplays.Row(running: 0, rowsLookedAt: 0))
            try await store.run(Self.arrive)
            let queued = try #require(try await store.current(first.id)?.queued)
            #expect(try await store.value("SELECT count(*)::text FROM public.arrived") == "\(queued)")

            try await store.run("TRUNCATE public.arrived")
            let second = try await store.startedReplay(subscription)
            while try await store.current(second.id)?.state == .running {
                try await store.run(Self.arrive)
                _ = try await store.advanceReplays(rowsMax: 5_000)
            }
            try await store.run(Self.arrive)
            // What failed has arrived by the first one; what was delivered before goes out again, each event once.
            #expect(try await store.current(second.id)?.queued == Int64(count / 2))
            let arrived = try await store.value(
                "SELECT concat_ws(' ', count(*), count(DISTINCT event_id)) FROM public.arrived")
            #expect(arrived == "\(count / 2) \(count / 2)")
        }
    }
}
