import Postgres
import Testing
import WebhookCore
import WebhookStore

struct LaneTests {
    /// A subscription with `count` deliveries in its waiting lane, due now.
    private static func queued(_ count: Int, in store: TestStore) async throws -> StoredSubscription {
        let subscription = try await store.subscribeInLane()
        for _ in 0..<count { try await store.dispatch("order.created") }
        try await store.tend()
        return subscription
    }

    private static func due(_ store: TestStore) async throws -> String? {
        try await store.value(
            """
            SELECT CASE WHEN due_at = 'infinity' THEN 'never' WHEN due_at <= now() THEN 'now'
                   ELSE round(extract(epoch FROM due_at - now()))::text END
            FROM martlet.lanes
            """)
    }

    // MARK: Claim

    @Test func `a lane is leased by one worker at a time`() async throws {
        try await withStore { store in
            let subscription = try await Self.queued(4, in: store)
            let first = try await store.claimLanes(limit: 2)
            #expect(first.count == 2)
            #expect(first.map(\.id) == first.map(\.id).sorted())
            #expect(Set(first.map(\.lane)) == [.waiting])
            #expect(try await store.claimLanes(as: TestStore.otherWorker).isEmpty)

            // Not the worker's to release.
            try await store.releaseLanes(subscription, as: TestStore.otherWorker)
            #expect(try await store.claimLanes(as: TestStore.otherWorker).isEmpty)

            #expect(try await store.releaseLanes(subscription) == 1)
            let second = try await store.claimLanes(as: TestStore.otherWorker)
            #expect(second.count == 2)
            #expect(Set(second.map(\.id)).isDisjoint(with: first.map(\.id)))
        }
    }

    @Test func `two sessions at the same time never get the same lane`() async throws {
        try await withStore { store in
            _ = try await Self.queued(2, in: store)
            try await store.database.withSession { session in
                try await session.script("BEGIN")
                let mine = try await session.execute(
                    ClaimLanes(worker: TestStore.worker, lanes: 10, limit: 1, lease: TestStore.lease))
                #expect(mine.count == 1)
                #expect(try await store.claimLanes(as: TestStore.otherWorker).isEmpty)
                try await session.script("COMMIT")
            }
        }
    }

    @Test func `the lease of a lane ends by itself`() async throws {
        try await withStore { store in
            _ = try await Self.queued(1, in: store)
            let first = try await store.claimLanes()
            try await store.run(
                """
                UPDATE martlet.lanes SET lease_until = now() - interval '1 second';
                UPDATE martlet.waiting SET lease_until = now() - interval '1 second';
                """)
            #expect(try await store.claimLanes(as: TestStore.otherWorker) == first)
        }
    }

    @Test func `the oldest due comes first, what is not due does not come`() async throws {
        try await withStore { store in
            _ = try await Self.queued(3, in: store)
            let ids = try await store.rows("SELECT id::text FROM martlet.waiting ORDER BY id").compactMap { $0 }
            try await store.run(
                """
                UPDATE martlet.waiting SET next_retry_at = now() - interval '1 hour' WHERE id = \(ids[2]);
                UPDATE martlet.waiting SET next_retry_at = now() + interval '1 hour' WHERE id = \(ids[0]);
                """)
            #expect(try await store.claimLanes(limit: 1).map { "\($0.id)" } == [ids[2]])
        }
    }

    @Test func `as many lanes as asked for`() async throws {
        try await withStore { store in
            let all = [try await store.subscribeInLane(), try await store.subscribeInLane()]
            for _ in 0..<2 { try await store.dispatch("order.created") }
            try await store.tend()
            let first = try await store.claimLanes(lanes: 1)
            #expect(Set(first.map(\.subscriptionID)).count == 1)
            #expect(first.count == 2)
            let second = try await store.claimLanes(lanes: 1)
            #expect(Set((first + second).map(\.subscriptionID)) == Set(all.map(\.id)))
        }
    }

    @Test func `several lanes share what is asked for in equal parts, but none goes away with nothing`() async throws {
        try await withStore { store in
            let all = [try await store.subscribeInLane(), try await store.subscribeInLane()]
            for _ in 0..<4 { try await store.dispatch("order.created") }
            try await store.tend()
            func perLane(limit: Int) async throws -> [Int] {
                let claimed = try await store.claimLanes(limit: limit)
                let back = GiveBackDeliveries(worker: TestStore.worker, deliveries: claimed.map(\.id))
                _ = try await store.database.execute(back)
                try await store.releaseLanes(all[0], all[1])
                return all.map { subscription in claimed.count { $0.subscriptionID == subscription.id } }
            }
            #expect(try await perLane(limit: 100) == [4, 4])
            #expect(try await perLane(limit: 5) == [2, 2])
            #expect(try await perLane(limit: 1) == [1, 1])
        }
    }

    // MARK: Release

    @Test func `a released lane is due when its next delivery is`() async throws {
        try await withStore { store in
            let subscription = try await Self.queued(2, in: store)
            let claimed = try await store.claimLanes()
            try await store.record([
                store.attempt(claimed[0], of: subscription, status: 200),
                store.attempt(claimed[1], of: subscription, status: 500),
            ])
            #expect(try await store.releaseLanes(subscription) == 0)
            let wait = try await Self.due(store).flatMap(Int.init)
            #expect((25...30).contains(wait ?? 0))
        }
    }

    @Test func `a lane without work sleeps until dispatch gives it some`() async throws {
        try await withStore { store in
            let subscription = try await Self.queued(1, in: store)
            let claimed = try await store.claimLanes()
            try await store.record([store.attempt(claimed[0], of: subscription, status: 200)])
            try await store.releaseLanes(subscription)
            #expect(try await Self.due(store) == "never")
            try await store.run("UPDATE martlet.subscriptions SET diverted = true")
            try await store.dispatch("order.created")
            #expect(try await store.tend()?.laneIsDue == true)
            #expect(try await store.claimLanes().count == 1)
        }
    }

    @Test func `deliveries given back are due again with their lane`() async throws {
        try await withStore { store in
            let subscription = try await Self.queued(2, in: store)
            let claimed = try await store.claimLanes()
            let back = GiveBackDeliveries(worker: TestStore.worker, deliveries: claimed.map(\.id))
            _ = try await store.database.execute(back)
            #expect(try await store.releaseLanes(subscription) == 1)
            #expect(try await store.claimLanes(as: TestStore.otherWorker) == claimed)
        }
    }

    // MARK: Park and divert

    @Test func `parked deliveries wait in their lane, due at once, as first attempts`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe()
            let claimed = try await store.claimed(3)
            let parked = ParkDeliveries(worker: TestStore.worker, deliveries: claimed.prefix(2).map(\.id))
            #expect(try await store.database.execute(parked) == [2])
            #expect(try await store.value("SELECT count(*)::text FROM martlet.pending") == "1")
            let again = try await store.claimLanes()
            #expect(again.map(\.id) == claimed.prefix(2).map(\.id))
            #expect(again.map(\.attempt) == [1, 1])
            #expect(again.map(\.data) == claimed.prefix(2).map(\.data))
            #expect(again.allSatisfy { $0.subscriptionID == subscription.id })
        }
    }

    @Test func `only the worker's own deliveries are parked`() async throws {
        try await withStore { store in
            _ = try await store.subscribe()
            let claimed = try await store.claimed(1)
            let park = ParkDeliveries(worker: TestStore.otherWorker, deliveries: claimed.map(\.id))
            #expect(try await store.database.execute(park) == [0])
            #expect(try await store.value("SELECT count(*)::text FROM martlet.waiting") == "0")
        }
    }

    @Test func `deliveries of an inactive subscription are held, those of a deleted one are cancelled`() async throws {
        try await withStore { store in
            let inactive = try await store.subscribe()
            let deleted = try await store.subscribe()
            let claimed = try await store.claimed(1)
            #expect(claimed.count == 2)
            #expect(try await store.deactivate(inactive))
            // Deleted behind the back of the queue, as a dispatch under way sees it.
            try await store.run("DELETE FROM martlet.subscriptions WHERE id = \(deleted.id)")
            let park = ParkDeliveries(worker: TestStore.worker, deliveries: claimed.map(\.id))
            #expect(try await store.database.execute(park) == [2])
            #expect(try await store.rows("SELECT subscription_id::text FROM martlet.waiting") == ["\(inactive.id)"])
            #expect(try await store.claimLanes().isEmpty)
            #expect(try await store.activate(inactive))
            #expect(try await store.claimLanes().map(\.subscriptionID) == [inactive.id])
        }
    }

    @Test func `a test is not parked`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe(to: ["nothing"])
            let test = try await store.queueTest(of: subscription)
            _ = try await store.database.execute(ParkDeliveries(worker: TestStore.worker, deliveries: [test.id]))
            #expect(try await store.value("SELECT count(*)::text FROM martlet.webhook_queue") == "0")
        }
    }

    @Test func `a diverted subscription's backlog moves to its lane and its new deliveries follow`() async throws {
        try await withStore { store in
            let slow = try await store.subscribe(to: ["slow", "both"])
            let healthy = try await store.subscribe(to: ["both"])
            for _ in 0..<3 { try await store.dispatch("slow") }
            let claimed = try await store.claim(limit: 1)
            let test = try await store.value("SELECT martlet.dispatch_test(\(slow.id), 'default', 'slow', '{}')::text")

            let divert = DivertSubscription(subscription: slow.id, limit: 1)
            #expect(try await store.database.execute(divert) == [1])
            #expect(try await store.database.execute(divert) == [1])
            #expect(try await store.database.execute(divert) == [0])

            // What is claimed stays claimed, and a test has no lane.
            let pending = try await store.rows("SELECT id::text FROM martlet.pending ORDER BY id")
            #expect(pending == ["\(claimed[0].id)", test])
            try await store.dispatch("both")
            #expect(try await store.claim().filter { $0.lane == .fast }.map(\.subscriptionID) == [healthy.id])
            try await store.tend()
            #expect(try await store.claimLanes().count == 3)
        }
    }

    @Test func `a diverted subscription whose lane is empty takes the fast lane again`() async throws {
        try await withStore { store in
            let slow = try await store.subscribe()
            for _ in 0..<2 { try await store.dispatch("order.created") }
            _ = try await store.database.execute(DivertSubscription(subscription: slow.id, limit: 10))
            #expect(try await store.current(slow)?.isDiverted == true)

            let first = try await store.claimLanes(limit: 1)
            try await store.record([store.attempt(first[0], of: slow, status: 200)])
            try await store.releaseLanes(slow)
            #expect(try await store.current(slow)?.isDiverted == true)

            let second = try await store.claimLanes()
            try await store.record([store.attempt(second[0], of: slow, status: 200)])
            try await store.releaseLanes(slow)
            #expect(try await store.current(slow)?.isDiverted == false)
            try await store.dispatch("order.created")
            #expect(try await store.claim().count == 1)
        }
    }
}
