import Postgres
import TestSupport
import Testing
import WebhookCore
import WebhookStore

struct ClaimPendingTests {
    @Test func `deliveries come oldest first, as many as asked for`() async throws {
        try await withStore { store in
            _ = try await store.subscribe()
            var events: [EventID] = []
            for _ in 0..<10 { events.append(try await store.dispatch("order.created")) }
            #expect(try await store.claim(limit: 4).map(\.eventID) == Array(events[..<4]))
            #expect(try await store.claim(limit: 4).map(\.eventID) == Array(events[4..<8]))
            #expect(try await store.claim(limit: 4).map(\.eventID) == Array(events[8...]))
            #expect(try await store.claim(limit: 4).isEmpty)
        }
    }

    @Test func `a claim does not wait for the disk, a record does`() async throws {
        try await withStore { store in
            func setting(in call: String) async throws -> String? {
                try await store.value(
                    "SELECT current_setting('synchronous_commit') FROM (SELECT count(*) FROM martlet.\(call)) AS called"
                )
            }
            let claiming = try await setting(in: "claim_pending(\(TestStore.worker), 1, 0, '1min')")
            let nothing = [String](repeating: "'{}'", count: 10).joined(separator: ", ")
            let recording = try await setting(in: "record_delivered(\(TestStore.worker), \(nothing))")
            #expect(claiming == "off")
            #expect(recording == "on")
        }
    }

    @Test func `a claimed delivery is described in full`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe(tenant: "acme")
            let event = try await store.dispatch("order.created", #"{"n":19.90}"#, tenant: "acme")
            let delivery = try #require(try await store.claim().first)
            #expect(
                delivery
                    == ClaimedDelivery(
                        id: delivery.id, tenant: "acme", subscriptionID: subscription.id, attempt: 1,
                        content: .event(
                            event,
                            Payload.Entry(
                                eventName: "order.created", occurredAt: event.time,
                                data: Array(#"{"n":19.90}"#.utf8))),
                        lane: .fast))
            #expect(delivery.id.rawValue != event.rawValue)
            #expect(delivery.id.time == event.time)
        }
    }

    @Test func `a claim names the version that the subscription has now, and none when it is deleted`() async throws {
        try await withStore { store in
            let created = try await store.subscribe()
            let queued = try await store.subscribeInLane()
            var settings = created.settings
            settings.name = "Renamed"
            _ = try await store.subscriptions.update(created, to: settings, secret: nil)
            try await store.dispatch("order.created")
            try await store.tend()
            let claimed = try await store.claim()
            #expect(claimed.map(\.subscriptionVersion) == [2])
            #expect(try await store.claimLanes().map(\.subscriptionVersion) == [queued.version])
            // Deleted behind the back of the queue, as a dispatch under way sees it.
            let back = GiveBackDeliveries(worker: TestStore.worker, deliveries: claimed.map(\.id))
            _ = try await store.database.execute(back)
            try await store.run("DELETE FROM martlet.subscriptions WHERE id <> \(queued.id)")
            #expect(try await store.claim().map(\.subscriptionVersion) == [nil])
        }
    }

    @Test func `a test stands in the queue beside the others and is marked`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe(to: ["nothing"])
            #expect(try await store.deactivate(subscription))
            let id = try await store.value(
                "SELECT martlet.dispatch_test(\(subscription.id), 'default', 'webhook.ping', '{\"a\":1}')::text")
            let delivery = try #require(try await store.claim().first)
            #expect("\(delivery.id)" == id)
            #expect(delivery.lane == .test)
            #expect(delivery.eventName == "webhook.ping")
        }
    }

    @Test func `a test of a subscription that does not exist is none`() async throws {
        try await withStore { store in
            let id = try await store.value("SELECT martlet.dispatch_test(1, 'default', 'webhook.ping', '{}')::text")
            #expect(id == nil)
            #expect(try await store.value("SELECT count(*)::text FROM martlet.events") == "0")
        }
    }

    @Test func `two sessions at the same time get different deliveries, and the second does not wait`() async throws {
        try await withStore { store in
            _ = try await store.subscribe()
            for _ in 0..<10 { try await store.dispatch("order.created") }
            try await store.database.withSession { session in
                try await session.script("BEGIN")
                let mine = try await session.execute(
                    ClaimPending(worker: TestStore.worker, limit: 5, above: 0, lease: TestStore.lease))
                // The first session has not committed: its rows are locked, not yet leased for others.
                let others = try await store.claim(as: TestStore.otherWorker)
                #expect(mine.count == 5)
                #expect(others.count == 5)
                #expect(Set(mine.map(\.id)).isDisjoint(with: others.map(\.id)))
                try await session.script("COMMIT")
            }
        }
    }

    @Test func `many sessions at the same time share the queue without a delivery claimed twice`() async throws {
        try await withStore { store in
            _ = try await store.subscribe()
            try await store.run(
                "SELECT martlet.dispatch('order.created', to_json(n)) FROM generate_series(1, 500) AS n")
            let claimed = try await withThrowingTaskGroup { group in
                for worker in 0..<8 {
                    group.addTask {
                        var mine: [DeliveryID] = []
                        while true {
                            let more = try await store.claim(as: WorkerID(rawValue: Int32(worker)), limit: 20)
                            if more.isEmpty { return mine }
                            mine += more.map(\.id)
                        }
                    }
                }
                return try await group.reduce(into: [DeliveryID]()) { $0 += $1 }
            }
            #expect(claimed.count == 500)
            #expect(Set(claimed).count == 500)
        }
    }

    @Test func `an expired lease is claimed again, a live one is not`() async throws {
        try await withStore { store in
            _ = try await store.subscribe()
            let claimed = try await store.claimed(2)
            #expect(try await store.claim(as: TestStore.otherWorker).isEmpty)
            try await store.run(
                """
                UPDATE martlet.pending SET lease_until = now() - interval '1 millisecond' WHERE id = \(claimed[0].id)
                """)
            #expect(try await store.claim(as: TestStore.otherWorker) == [claimed[0]])
        }
    }

    @Test func `a lease lasts as long as it says`() async throws {
        try await withStore { store in
            _ = try await store.subscribe()
            try await store.dispatch("order.created")
            _ = try await store.claim(lease: .seconds(90))
            let left = try await store.value(
                "SELECT extract(epoch FROM lease_until - now())::int::text FROM martlet.pending")
            #expect((85...90).contains(Int(left ?? "") ?? 0))
        }
    }

    @Test func `only ids above the one given are looked at`() async throws {
        try await withStore { store in
            _ = try await store.subscribe()
            let ids = try await store.claimed(4).map(\.id)
            _ = try await store.database.execute(GiveBackDeliveries(worker: TestStore.worker, deliveries: ids))
            #expect(try await store.claim(above: ids[1].rawValue).map(\.id) == Array(ids[2...]))
            #expect(try await store.claim(above: ids[3].rawValue).isEmpty)
            #expect(try await store.claim(above: 0).map(\.id) == Array(ids[..<2]))
        }
    }

    @Test func `a straggler that commits late lies above the safe horizon until it cannot appear any more`()
        async throws
    {
        try await withStore { store in
            _ = try await store.subscribe()
            try await store.database.withSession { producer in
                let first = try #require(try await store.database.execute(SampleHorizon()).first)
                try await producer.script("BEGIN; SELECT martlet.dispatch('order.created', '1')")
                let second = try #require(try await store.database.execute(SampleHorizon()).first)
                // Others commit and are claimed; the straggler's id is now behind them.
                let later = try await store.claimed(1)
                let during = try #require(try await store.database.execute(SampleHorizon()).first)
                #expect(second.nextTransaction > during.oldestTransaction)
                #expect(first.id <= later[0].id.rawValue)

                try await producer.script("COMMIT")
                #expect(try await store.claim(above: later[0].id.rawValue).isEmpty)
                // Only a sample from before the open transaction counts as safe, and from there it is found.
                let straggler = try await store.claim(above: first.id - 1)
                #expect(straggler.map(\.data) == [Array("1".utf8)])
                // Transactions of other databases hold the horizon back too.
                try await eventually("the second sample is safe", within: .seconds(60)) {
                    let after = try await store.database.execute(SampleHorizon()).first
                    return second.nextTransaction <= after?.oldestTransaction ?? 0
                }
            }
        }
    }

    @Test func `deliveries given back are due at once, for anybody`() async throws {
        try await withStore { store in
            _ = try await store.subscribe()
            let claimed = try await store.claimed(2)
            let notMine = GiveBackDeliveries(worker: TestStore.otherWorker, deliveries: claimed.map(\.id))
            _ = try await store.database.execute(notMine)
            #expect(try await store.claim(as: TestStore.otherWorker).isEmpty)
            let mine = GiveBackDeliveries(worker: TestStore.worker, deliveries: claimed.map(\.id))
            _ = try await store.database.execute(mine)
            #expect(try await store.claim(as: TestStore.otherWorker) == claimed)
        }
    }
}
