import Postgres
import Testing
import WebhookCore
import WebhookStore

/// What an ordered lane gives away, and what it keeps.
struct OrderTests {
    /// Events of these customers, one after the other, for a subscription that is ordered by customer.
    private static func queued(
        _ customers: [String], ordering: String = "customer.id", in store: TestStore
    ) async throws -> StoredSubscription {
        let subscription = try await store.subscribe(to: ["order.*"], ordering: ordering)
        for (index, customer) in customers.enumerated() {
            try await store.dispatch("order.created", #"{"customer":{"id":"\#(customer)"},"n":\#(index)}"#)
        }
        return subscription
    }

    /// `n` of each event.
    private static func numbers(_ claimed: [ClaimedDelivery]) -> [Int] {
        claimed.map { delivery in
            let text = String(decoding: delivery.data, as: UTF8.self)
            return Int(text.drop { $0 != "n" }.filter(\.isNumber)) ?? -1
        }
    }

    private static func claim(_ store: TestStore, limit: Int = 100, as worker: WorkerID = TestStore.worker) async throws
        -> [ClaimedDelivery]
    {
        try await store.look(as: worker)
        return try await store.claimLanes(as: worker, limit: limit)
    }

    /// As if this much time had passed for the queue.
    private static func pass(_ time: String, in store: TestStore) async throws {
        try await store.run(
            """
            UPDATE martlet.waiting SET next_retry_at = next_retry_at - interval '\(time)';
            UPDATE martlet.lanes SET due_at = due_at - interval '\(time)', blocked_until = blocked_until - interval '\(time)'
            """)
    }

    // MARK: Keys

    @Test func `deliveries of an ordered subscription wait in its lane, never in the fast one`() async throws {
        try await withStore { store in
            _ = try await Self.queued(["a", "b"], in: store)
            #expect(try await store.claim().isEmpty)
            #expect(try await store.look() == .zero)
            #expect(try await store.claimLanes().count == 2)
        }
    }

    @Test(arguments: [
        ("subscription", "{}", true), ("none", #"{"a":1}"#, false), ("a", #"{"a":1}"#, true), ("a", #"{"b":1}"#, false),
        ("a", #"{"a":null}"#, false), ("a.b", #"{"a":{"b":[1]}}"#, true), ("a.1", #"{"a":["x","y"]}"#, true),
        ("a.1", #"{"a":["x"]}"#, false), ("/a.b/c~1d", #"{"a.b":{"c/d":1}}"#, true), ("a", "[1]", false),
        ("/", #"{"":1}"#, true),
        ("/", #"{"a":1}"#, false), ("a", #"{"a":"x","b":"\u0000"}"#, true), ("a", #"{"a":"x","b":"\ud800"}"#, true),
        ("a", "7", false),
    ])
    func `a delivery has a key when its data has the member, whatever else is in it`(
        ordering: String, data: String, hasKey: Bool
    ) async throws {
        try await withStore { store in
            _ = try await store.subscribe(ordering: ordering)
            try await store.dispatch("order.created", data)
            let keys = try await store.rows(
                """
                SELECT (order_key IS NOT NULL)::text FROM martlet.waiting
                UNION ALL SELECT 'false' FROM martlet.pending
                """)
            #expect(keys == [hasKey ? "true" : "false"])
        }
    }

    @Test func `equal values have equal keys, of one subscription only`() async throws {
        try await withStore { store in
            _ = try await Self.queued(["a", "b", "a"], in: store)
            let keys = try await store.rows("SELECT order_key::text FROM martlet.waiting ORDER BY id")
            #expect(keys[0] == keys[2])
            #expect(keys[0] != keys[1])
            _ = try await store.subscribe(ordering: "customer.id")
            try await store.dispatch("order.created", #"{"customer":{"id":"a"}}"#)
            let all = try await store.value("SELECT count(DISTINCT order_key)::text FROM martlet.waiting")
            #expect(all == "3")
        }
    }

    @Test func `the deliveries of a set have ids in the order of their events`() async throws {
        try await withStore { store in
            _ = try await store.subscribe(ordering: "subscription")
            _ = try await store.subscribe(to: ["order.*"], ordering: "subscription")
            try await store.run(
                """
                SELECT martlet.dispatch_many(
                    array_agg(CASE WHEN n % 3 = 0 THEN 'order.created' ELSE 'stock.low' END), array_agg(to_json(n)), NULL,
                    array_agg('default'::text), NULL)
                FROM generate_series(1, 500) AS n
                """)
            let unordered = try await store.value(
                """
                SELECT count(*)::text
                FROM (SELECT event_id < lag(event_id) OVER (PARTITION BY subscription_id ORDER BY id) AS is_behind
                      FROM martlet.waiting) AS row
                WHERE is_behind
                """)
            #expect(unordered == "0")
        }
    }

    // MARK: Claim

    @Test func `the first rows of each key are claimed together, in order, and those behind them by nobody`()
        async throws
    {
        try await withStore { store in
            _ = try await Self.queued(["a", "a", "b", "a", "b"], in: store)
            #expect(Self.numbers(try await Self.claim(store, limit: 2)) == [0, 2])
            // Neither by another worker nor by this one.
            try await Self.pass("1 second", in: store)
            #expect(try await Self.claim(store, as: TestStore.otherWorker).isEmpty)
            #expect(try await Self.claim(store).isEmpty)
        }
    }

    @Test func `a worker claims other keys of its lane while one is in the air`() async throws {
        try await withStore { store in
            _ = try await Self.queued(["a", "a"], in: store)
            #expect(Self.numbers(try await Self.claim(store)) == [0, 1])
            try await store.dispatch("order.created", #"{"customer":{"id":"b"},"n":2}"#)
            #expect(Self.numbers(try await Self.claim(store)) == [2])
        }
    }

    @Test func `what follows a delivered one is claimed after it, also without waiting for the lane`() async throws {
        try await withStore { store in
            let subscription = try await Self.queued(["a", "b", "a", "b"], in: store)
            let first = try await Self.claim(store, limit: 2)
            #expect(Self.numbers(first) == [0, 1])
            try await store.record([store.attempt(first[0], of: subscription, status: 200)])
            let next = try await store.claimLanes(again: [subscription.id])
            #expect(Self.numbers(next) == [2])
        }
    }

    @Test func `a failing first holds its own key only, and what follows is not touched again and again`() async throws
    {
        try await withStore { store in
            let subscription = try await Self.queued(["a", "a", "b", "a"], in: store)
            let claimed = try await Self.claim(store)
            #expect(Self.numbers(claimed) == [0, 1, 2, 3])
            try await store.record([
                store.attempt(claimed[0], of: subscription, status: 500),
                store.attempt(claimed[2], of: subscription, status: 200),
            ])
            let behind = GiveBackDeliveries(worker: TestStore.worker, deliveries: [claimed[1].id, claimed[3].id])
            _ = try await store.database.execute(behind)
            try await store.releaseLanes(subscription)

            #expect(try await Self.claim(store).isEmpty)
            #expect(try await store.value("SELECT count(DISTINCT next_retry_at)::text FROM martlet.waiting") == "1")
            // Put off until its first is due, and left alone until then.
            let before = try await store.rows("SELECT xmin::text FROM martlet.waiting ORDER BY id")
            try await store.dispatch("order.created", #"{"customer":{"id":"b"},"n":4}"#)
            #expect(Self.numbers(try await Self.claim(store)) == [4])
            #expect(try await store.rows("SELECT xmin::text FROM martlet.waiting ORDER BY id LIMIT 3") == before)
        }
    }

    @Test func `a first that is tried again goes alone, and what follows goes when it has arrived`() async throws {
        try await withStore { store in
            let subscription = try await Self.queued(["a", "a", "a"], in: store)
            let claimed = try await Self.claim(store, limit: 1)
            try await store.record([store.attempt(claimed[0], of: subscription, status: 500)])
            try await store.releaseLanes(subscription)
            #expect(try await Self.claim(store).isEmpty)

            try await Self.pass("31 seconds", in: store)
            let again = try await Self.claim(store)
            #expect(Self.numbers(again) == [0])
            #expect(again.map(\.attempt) == [2])
            try await store.record([store.attempt(again[0], of: subscription, status: 200)])
            try await store.releaseLanes(subscription)
            #expect(Self.numbers(try await Self.claim(store)) == [1, 2])
        }
    }

    @Test func `what was put off goes as soon as the one before has arrived, however early that is`() async throws {
        try await withStore { store in
            let subscription = try await Self.queued(["a", "a", "a"], in: store)
            let claimed = try await Self.claim(store, limit: 1)
            try await store.record([store.attempt(claimed[0], of: subscription, status: 500)])
            try await store.releaseLanes(subscription)
            #expect(try await Self.claim(store).isEmpty)
            // Somebody does not want to wait.
            try await store.run("UPDATE martlet.waiting SET next_retry_at = now() WHERE status = 'retry'")
            let again = try await Self.claim(store)
            #expect(Self.numbers(again) == [0])
            try await store.record([store.attempt(again[0], of: subscription, status: 200)])
            #expect(Self.numbers(try await store.claimLanes()) == [1, 2])
        }
    }

    @Test func `what follows one that has failed for good goes on`() async throws {
        try await withStore { store in
            let subscription = try await Self.queued(["a", "a"], in: store)
            try await store.run(
                "UPDATE martlet.waiting SET retry_count = 5, status = 'retry' WHERE id = (SELECT min(id) FROM martlet.waiting)"
            )
            let last = try await Self.claim(store)
            #expect(Self.numbers(last) == [0])
            try await store.record([store.attempt(last[0], of: subscription, status: 500)])
            #expect(try await store.value("SELECT count(*)::text FROM martlet.waiting WHERE status = 'failed'") == "1")
            try await store.releaseLanes(subscription)
            #expect(Self.numbers(try await Self.claim(store)) == [1])
        }
    }

    @Test func `other keys go on while very many deliveries wait behind one that fails`() async throws {
        try await withStore { store in
            let subscription = try await Self.queued(["a"], in: store)
            let claimed = try await Self.claim(store)
            try await store.record([store.attempt(claimed[0], of: subscription, status: 500)])
            try await store.releaseLanes(subscription)
            try await store.run(
                """
                SELECT martlet.dispatch_many(
                    array_agg('order.created'::text), array_agg('{"customer":{"id":"a"},"n":1}'::json), NULL,
                    array_agg('default'::text), NULL)
                FROM generate_series(1, 3000)
                """)
            try await store.dispatch("order.created", #"{"customer":{"id":"b"},"n":2}"#)
            // In the first claim, far from the end of those that wait.
            #expect(Self.numbers(try await Self.claim(store)) == [2])
            while try await store.look() == .zero { #expect(try await store.claimLanes().isEmpty) }
            let due = "SELECT count(*)::text FROM martlet.waiting WHERE next_retry_at <= now() AND lease_until IS NULL"
            #expect(try await store.value(due) == "0")
        }
    }

    @Test func `other keys go on while very many deliveries wait behind one in the air`() async throws {
        try await withStore { store in
            _ = try await Self.queued(Array(repeating: "a", count: 3), in: store)
            #expect(Self.numbers(try await Self.claim(store, limit: 1)) == [0])
            try await store.run(
                """
                SELECT martlet.dispatch_many(
                    array_agg('order.created'::text), array_agg('{"customer":{"id":"a"},"n":3}'::json), NULL,
                    array_agg('default'::text), NULL)
                FROM generate_series(1, 1500)
                """)
            try await store.dispatch("order.created", #"{"customer":{"id":"b"},"n":4}"#)
            try await Self.pass("1 second", in: store)
            #expect(Self.numbers(try await Self.claim(store)) == [4])
        }
    }

    @Test func `what has no key waits for nobody`() async throws {
        try await withStore { store in
            _ = try await Self.queued(["a"], in: store)
            try await store.dispatch("order.created", #"{"n":1}"#)
            try await store.dispatch("order.created", #"{"n":2}"#)
            #expect(Self.numbers(try await Self.claim(store)) == [0, 1, 2])
        }
    }

    @Test func `the lease of a first ends by itself, and its key is claimed from the first on`() async throws {
        try await withStore { store in
            _ = try await Self.queued(["a", "a"], in: store)
            #expect(Self.numbers(try await Self.claim(store, limit: 1)) == [0])
            try await store.run(
                """
                UPDATE martlet.lanes SET lease_until = now() - interval '1 second', due_at = now();
                UPDATE martlet.waiting SET lease_until = now() - interval '1 second' WHERE lease_until IS NOT NULL;
                """)
            #expect(Self.numbers(try await Self.claim(store, as: TestStore.otherWorker)) == [0, 1])
        }
    }

    // MARK: Switches

    @Test func `what was held while the subscription was off goes out in order when it is on again`() async throws {
        try await withStore { store in
            let subscription = try await Self.queued(["a", "a", "a"], in: store)
            let claimed = try await Self.claim(store, limit: 1)
            try await store.record([store.attempt(claimed[0], of: subscription, status: 500)])
            try await store.releaseLanes(subscription)
            #expect(try await Self.claim(store).isEmpty)
            _ = try await store.deactivate(subscription)
            #expect(try await Self.claim(store).isEmpty)
            _ = try await store.activate(subscription)
            let first = try await Self.claim(store)
            #expect(Self.numbers(first) == [0])
            try await store.record([store.attempt(first[0], of: subscription, status: 200)])
            try await store.releaseLanes(subscription)
            #expect(Self.numbers(try await Self.claim(store)) == [1, 2])
        }
    }

    @Test func `parked and diverted deliveries have the key that dispatch would have given them`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe()
            for _ in 0..<2 { try await store.dispatch("order.created", #"{"customer":{"id":"a"}}"#) }
            let claimed = try await store.claim(limit: 1)
            _ = try await store.change(subscription) { $0.ordering = "customer.id" }
            try await store.dispatch("order.created", #"{"customer":{"id":"a"}}"#)
            _ = try await store.database.execute(
                ParkDeliveries(worker: TestStore.worker, deliveries: claimed.map(\.id)))
            _ = try await store.database.execute(DivertSubscription(subscription: subscription.id, limit: 10))
            #expect(try await store.value("SELECT count(DISTINCT order_key)::text FROM martlet.waiting") == "1")
            #expect(try await store.value("SELECT count(order_key)::text FROM martlet.waiting") == "3")
            #expect(try await store.current(subscription)?.isDiverted == false)
        }
    }

    @Test func `without its order everything that waits is due, each by itself`() async throws {
        try await withStore { store in
            let subscription = try await Self.queued(["a", "a", "a"], in: store)
            let claimed = try await Self.claim(store, limit: 1)
            try await store.record([store.attempt(claimed[0], of: subscription, status: 500)])
            try await store.releaseLanes(subscription)
            #expect(try await Self.claim(store).isEmpty)
            _ = try await store.change(subscription) { $0.ordering = nil }
            try await store.tend()
            #expect(Self.numbers(try await store.claimLanes()) == [1, 2])
            try await store.dispatch("order.created", #"{"n":3}"#)
            #expect(Self.numbers(try await store.claim()) == [3])
        }
    }

    @Test func `a delivery that is committed late goes out alone, not beside those that have overtaken it`()
        async throws
    {
        try await withStore { store in
            _ = try await Self.queued(["a", "a", "a"], in: store)
            let late = try await store.value("SELECT min(id)::text FROM martlet.waiting") ?? ""
            // Not visible yet.
            try await store.run("UPDATE martlet.waiting SET status = 'failed', next_retry_at = NULL WHERE id = \(late)")
            #expect(try await Self.numbers(Self.claim(store)) == [1, 2])
            try await store.run(
                "UPDATE martlet.waiting SET status = 'pending', next_retry_at = now() WHERE id = \(late)")
            try await Self.pass("1 second", in: store)
            #expect(try await Self.claim(store).isEmpty)
        }
    }

    @Test func `the deliveries of a batch have ascending ids, also where the sequence below the time starts over`()
        async throws
    {
        try await withStore { store in
            _ = try await store.subscribe(ordering: "subscription")
            let events = (0..<10).map { number in
                Event(
                    name: EventName(stored: "order.created"), tenant: "default", data: Array("\(number)".utf8),
                    idempotencyKey: nil, occurredAt: nil)
            }
            // Ten ids for the events and one more, then the fourth delivery begins anew.
            try await store.run("SELECT setval('martlet.id_sequence', 2 * 4194304 - 15)")
            _ = try await EventRecorder(store.database, deadline: .seconds(20))
                .record(events)
            let stored = try await store.rows(
                """
                SELECT event.payload::text
                FROM martlet.waiting JOIN martlet.events AS event ON event.id = event_id
                ORDER BY waiting.id
                """)
            #expect(stored == (0..<10).map { "\($0)" })
        }
    }
}
