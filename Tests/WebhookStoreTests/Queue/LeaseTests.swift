import Testing
import WebhookCore
import WebhookStore

struct LeaseTests {
    @Test func `what the worker does not know of is given back, what it holds and what others hold is not`()
        async throws
    {
        try await withStore { store in
            _ = try await store.subscribe()
            let claimed = try await store.claimed(3)
            try await store.dispatch("order.created")
            let theirs = try await store.claim(as: TestStore.otherWorker)
            #expect(theirs.count == 1)
            let lost = GiveBackUnknown(worker: TestStore.worker, held: [claimed[1].id], lanes: false)
            _ = try await store.database.execute(lost)
            #expect(try await store.claim(as: TestStore.worker).map(\.id) == [claimed[0].id, claimed[2].id])
        }
    }

    @Test func `a lane of which the worker knows nothing is given back with its deliveries`() async throws {
        try await withStore { store in
            let lost = try await store.subscribe()
            let kept = try await store.subscribe()
            _ = try await store.claimed(1)
            let ids = try await store.value("SELECT string_agg(id::text, ',' ORDER BY id) FROM martlet.pending")
            let deliveries = (ids ?? "").split(separator: ",").compactMap { DeliveryID(String($0)) }
            let park = ParkDeliveries(worker: TestStore.worker, deliveries: deliveries)
            _ = try await store.database.execute(park)
            let claimed = try await store.claimLanes()
            let held = try #require(claimed.first { $0.subscriptionID == kept.id })
            #expect(claimed.count == 2)
            let answer = GiveBackUnknown(worker: TestStore.worker, held: [held.id], lanes: true)
            _ = try await store.database.execute(answer)
            #expect(try await store.claimLanes(as: TestStore.otherWorker).map(\.subscriptionID) == [lost.id])
        }
    }

    @Test func `a lease in the air is extended while it is the worker's`() async throws {
        try await withStore { store in
            _ = try await store.subscribe()
            let claimed = try await store.claimed(2)
            let back = GiveBackDeliveries(worker: TestStore.worker, deliveries: [claimed[1].id])
            _ = try await store.database.execute(back)
            let renewed = try await store.database.execute(
                RenewLeases(worker: TestStore.worker, deliveries: claimed.map(\.id), lease: .seconds(600)))
            #expect(renewed == [claimed[0].id])
            let left = try await store.value(
                "SELECT extract(epoch FROM lease_until - now())::int::text FROM martlet.pending WHERE worker IS NOT NULL"
            )
            #expect((590...600).contains(Int(left ?? "") ?? 0))
        }
    }

    @Test func `a worker that comes back has what is its own or nobody's, and not what others have taken`() async throws
    {
        try await withStore { store in
            _ = try await store.subscribe()
            let claimed = try await store.claimed(3)
            let undone = GiveBackDeliveries(worker: TestStore.worker, deliveries: claimed[1...].map(\.id))
            _ = try await store.database.execute(undone)
            let theirs = try await store.database.execute(
                ClaimPending(worker: TestStore.otherWorker, limit: 1, above: 0, lease: TestStore.lease))
            #expect(theirs.map(\.id) == [claimed[1].id])
            let confirmed = try await store.database.execute(
                ConfirmLeases(worker: TestStore.worker, deliveries: claimed.map(\.id), lease: TestStore.lease))
            #expect(Set(confirmed) == [claimed[0].id, claimed[2].id])
            #expect(try await store.claim(as: TestStore.otherWorker).isEmpty)
        }
    }

    @Test func `lanes that a worker cannot sign for are left to another`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe()
            let claimed = try await store.claimed(1)
            let park = ParkDeliveries(worker: TestStore.worker, deliveries: claimed.map(\.id))
            _ = try await store.database.execute(park)
            let except = ClaimLanes(
                worker: TestStore.worker, lanes: 10, limit: 10, lease: TestStore.lease, except: [subscription.id])
            #expect(try await store.database.execute(except).isEmpty)
            #expect(try await store.claimLanes(as: TestStore.otherWorker).map(\.id) == claimed.map(\.id))
        }
    }
}
