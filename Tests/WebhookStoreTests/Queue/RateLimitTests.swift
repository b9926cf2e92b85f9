import Postgres
import Testing
import WebhookCore
import WebhookStore

/// What a limited lane gives away, and when it may leave.
struct RateLimitTests {
    private static func queued(
        _ count: Int, rate: Double, burst: Int? = nil, ordering: String? = nil, in store: TestStore
    ) async throws -> StoredSubscription {
        let subscription = try await store.subscribe(ordering: ordering, rateLimit: rate, rateBurst: burst)
        try await store.run(
            "SELECT martlet.dispatch('order.created', to_json(n)) FROM generate_series(1, \(count)) AS n")
        return subscription
    }

    /// As if this much time had passed for the lane.
    private static func pass(_ time: String, in store: TestStore) async throws {
        try await store.run(
            "UPDATE martlet.lanes SET due_at = due_at - interval '\(time)', next_send_at = next_send_at - interval '\(time)'"
        )
    }

    @Test func `deliveries of a limited subscription wait in its lane, never in the fast one`() async throws {
        try await withStore { store in
            _ = try await Self.queued(1, rate: 10, in: store)
            #expect(try await store.claim().isEmpty)
            #expect(try await store.look() == .zero)
            #expect(try await store.claimLanes().count == 1)
        }
    }

    @Test func `the burst leaves at once, the next half second as it comes, the rest stays`() async throws {
        try await withStore { store in
            _ = try await Self.queued(200, rate: 100, burst: 20, in: store)
            try await store.look()
            let waits = try await store.claimLanes(limit: 1_000).map { Int($0.wait / .milliseconds(1)) }
            // 20 now and then one every 10 ms, the last at 500 ms.
            #expect(waits.count == 70)
            #expect(waits.prefix(20).allSatisfy { $0 == 0 })
            #expect(zip(waits, 0...).allSatisfy { wait, position in abs(wait - max(0, (position - 19) * 10)) <= 1 })
        }
    }

    @Test func `the worker that has the lane may claim again before it has run out, others may not`() async throws {
        try await withStore { store in
            _ = try await Self.queued(200, rate: 100, burst: 20, in: store)
            try await store.look()
            let first = try await store.claimLanes(limit: 1_000)
            let due = try #require(try await store.look())
            #expect((.milliseconds(150) ... .milliseconds(260)).contains(due))
            try await Self.pass("300 milliseconds", in: store)
            #expect(try await store.look(as: TestStore.otherWorker) == nil)
            #expect(try await store.claimLanes(as: TestStore.otherWorker).isEmpty)
            #expect(try await store.look() == .zero)
            let second = try await store.claimLanes(limit: 1_000)
            // From where the plan of the first ends, 200 ms ahead or less by now, to half a second ahead.
            #expect(second.count >= 29 && second.count <= 71)
            #expect(Set(first.map(\.id)).isDisjoint(with: second.map(\.id)))
        }
    }

    @Test func `however often it is claimed from, a lane gives away its burst and its rate`() async throws {
        try await withStore { store in
            let subscription = try await Self.queued(600, rate: 50, burst: 5, in: store)
            var taken = 0
            for _ in 0..<50 {
                try await store.look()
                taken += try await store.claimLanes(limit: 1_000).count
                try await store.releaseLanes(subscription)
                try await Self.pass("100 milliseconds", in: store)
            }
            // Five seconds, and the half second ahead. Time passes for the test too, so there may be more.
            let least = 5 + 50 * 5
            #expect(taken >= least)
            let seconds =
                try await store.value(
                    "SELECT (extract(epoch FROM now() - min(martlet.id_time(id))) + 5.5)::text FROM martlet.waiting"
                ).flatMap(Double.init) ?? 0
            #expect(Double(taken) <= 5 + 50 * seconds + 1)
        }
    }

    @Test func `a released lane keeps what was taken out of it, and what its worker was late`() async throws {
        try await withStore { store in
            let subscription = try await Self.queued(10, rate: 1, burst: 1, in: store)
            try await store.look()
            let claimed = try await store.claimLanes()
            #expect(claimed.count == 1)
            try await store.record([store.attempt(claimed[0], of: subscription, status: 200)])
            #expect(
                try await store.releaseLanes([.init(subscription: subscription.id, lateness: .milliseconds(400))]) == 0)
            let due = try #require(try await store.look(as: TestStore.otherWorker))
            // A second after the one before, which left late, less a quarter to have it at hand.
            #expect(due > .milliseconds(750) && due <= .milliseconds(1_150))
        }
    }

    @Test func `a limit below one a second is kept`() async throws {
        try await withStore { store in
            _ = try await Self.queued(3, rate: 0.5, in: store)
            try await store.look()
            #expect(try await store.claimLanes().count == 1)
            let due = try #require(try await store.look())
            #expect(due > .seconds(1) && due <= .milliseconds(1_750))
        }
    }

    @Test func `after a pause there is one burst and no more`() async throws {
        try await withStore { store in
            _ = try await Self.queued(100, rate: 10, burst: 7, in: store)
            try await store.look()
            _ = try await store.claimLanes(limit: 5)
            try await Self.pass("1 hour", in: store)
            try await store.look()
            let waits = try await store.claimLanes(limit: 1_000).map(\.wait)
            #expect(waits.count { $0 == .zero } == 7)
            #expect(waits.count == 12)
        }
    }

    @Test func `a faster limit counts at once, whatever the slower one had planned`() async throws {
        try await withStore { store in
            let subscription = try await Self.queued(100, rate: 0.01, in: store)
            try await store.look()
            #expect(try await store.claimLanes().count == 1)
            #expect(try await store.look().map { $0 > .seconds(50) } == true)
            _ = try await store.change(subscription) { $0.rateLimit = 100 }
            try await store.releaseLanes(subscription)
            #expect(try await store.look().map { $0 < .seconds(1) } == true)
        }
    }

    @Test func `a retry takes part in the rate, and is never early`() async throws {
        try await withStore { store in
            let subscription = try await Self.queued(3, rate: 1, burst: 3, in: store)
            try await store.look()
            let claimed = try await store.claimLanes()
            try await store.record([store.attempt(claimed[0], of: subscription, status: 500)])
            #expect(try await store.claimLanes(again: [subscription.id]).isEmpty)
        }
    }

    @Test func `order and rate hold together`() async throws {
        try await withStore { store in
            _ = try await Self.queued(20, rate: 10, burst: 2, ordering: "subscription", in: store)
            try await store.look()
            let claimed = try await store.claimLanes(limit: 1_000)
            #expect(claimed.map(\.id) == claimed.map(\.id).sorted())
            #expect(claimed.map(\.wait) == claimed.map(\.wait).sorted())
            #expect(claimed.count == 7)
            #expect(Set(claimed.map(\.orderKey)).count == 1)
        }
    }

    @Test func `a limited subscription with a backlog is not done, though nothing may leave now`() async throws {
        try await withStore { store in
            let subscription = try await Self.queued(2, rate: 0.1, in: store)
            try await store.look()
            let claimed = try await store.claimLanes()
            try await store.record([store.attempt(claimed[0], of: subscription, status: 200)])
            try await store.releaseLanes(subscription)
            #expect(try await store.tend()?.laneIsDue == true)
            #expect(try await store.claimLanes().isEmpty)
        }
    }
}
