import Postgres
import Testing
import WebhookCore
import WebhookStore

struct BatchTests {
    /// A subscription in queued mode with so many deliveries, `a` to `j` and on in their data.
    ///
    /// - Parameter interval: in seconds; `nil`: only process-webhooks sends.
    private static func queued(
        _ count: Int, size: Int = 10, interval: Int? = 60, order: EventOrder? = nil, in store: TestStore
    ) async throws -> StoredSubscription {
        let subscription = try await store.subscribe(queueMode: .queued, maxRetries: 1)
        try await store.run(
            """
            UPDATE martlet.subscriptions
            SET batch_size = \(size), batch_interval_seconds = \(interval.map { "\($0)" } ?? "NULL"),
                event_order = \(order.map { "'\($0.rawValue)'" } ?? "NULL")
            """)
        for number in 0..<count { try await store.dispatch("order.created", "\(number)") }
        return try await store.current(subscription)!
    }

    /// Lets an hour pass for all that waits.
    private static func age(_ store: TestStore) async throws {
        try await store.run(
            """
            UPDATE martlet.waiting SET next_retry_at = next_retry_at - interval '1 hour';
            UPDATE martlet.batches SET due_at = due_at - interval '1 hour';
            UPDATE martlet.lanes SET due_at = due_at - interval '1 hour' WHERE due_at < 'infinity';
            """)
        try await store.tend()
    }

    private static func claim(
        _ store: TestStore, as worker: WorkerID = TestStore.worker, requests: Int = 100
    ) async throws -> [ClaimedDelivery] {
        try await store.claimLanes(as: worker, limit: requests).gatheredIntoBatches()
    }

    /// What stands in the requests, in their order.
    private static func data(_ requests: [ClaimedDelivery]) -> [[String]] {
        requests.map { $0.entries.map { String(decoding: $0.data, as: UTF8.self) } }
    }

    private static func beginFlush(_ store: TestStore, as worker: WorkerID) async throws {
        try await store.run(
            """
            INSERT INTO martlet.workers (id, name, user_agent) OVERRIDING SYSTEM VALUE
            VALUES (\(worker), 'process-webhooks', 'Martlet/test') ON CONFLICT DO NOTHING
            """)
        try await store.database.execute(BeginFlush(worker: worker))
    }

    // MARK: Flush

    @Test func `a flush begins an interval after the first that waits, and takes all that waited then`() async throws {
        try await withStore { store in
            _ = try await Self.queued(25, in: store)
            try await store.tend()
            #expect(try await Self.claim(store).isEmpty)
            try await store.tend()
            #expect(try await store.tend()?.laneIsDue == false)

            try await Self.age(store)
            let requests = try await Self.claim(store)
            let expected = [0..<10, 10..<20, 20..<25].map { numbers in numbers.map { "\($0)" } }
            #expect(Self.data(requests) == expected)
            #expect(Set(requests.map(\.batchID)).count == 3)
            for request in requests { #expect(Set(request.entries.map(\.batchID)) == [request.batchID]) }
        }
    }

    @Test func `in reverse order the newest goes first, of what waited when the flush began`() async throws {
        try await withStore { store in
            let subscription = try await Self.queued(5, size: 2, order: .reverse, in: store)
            try await Self.age(store)
            var sent: [[String]] = []
            for number in 5..<8 {
                let requests = try await Self.claim(store, requests: 1)
                sent += Self.data(requests)
                try await store.record([store.attempt(#require(requests.first), of: subscription, status: 200)])
                try await store.dispatch("order.created", "\(number)")
                try await store.releaseLanes(subscription)
            }
            #expect(sent == [["4", "3"], ["2", "1"], ["0"]])
            #expect(try await Self.claim(store).isEmpty)
            try await Self.age(store)
            #expect(try await Self.data(Self.claim(store)) == [["7", "6"], ["5"]])
        }
    }

    @Test func `the global order counts where a subscription has none`() async throws {
        try await withStore { store in
            _ = try await Self.queued(3, in: store)
            try await SettingStore(store.database).set([.eventOrder: "reverse"])
            try await Self.age(store)
            #expect(try await Self.data(Self.claim(store)) == [["2", "1", "0"]])
        }
    }

    @Test func `a request stops growing at a mebibyte`() async throws {
        try await withStore { store in
            _ = try await Self.queued(0, in: store)
            let large = "\"" + String(repeating: "x", count: 600_000) + "\""
            for _ in 1...3 { try await store.dispatch("order.created", large) }
            try await store.dispatch("order.created", "1")
            try await Self.age(store)
            #expect(try await Self.claim(store).map(\.entries.count) == [1, 1, 2])
        }
    }

    @Test func `without an interval only process-webhooks sends, once, what waited when it started`() async throws {
        try await withStore { store in
            let subscription = try await Self.queued(3, size: 2, interval: nil, in: store)
            try await Self.age(store)
            #expect(try await Self.claim(store).isEmpty)
            #expect(try await store.tend()?.laneIsDue == false)

            try await Self.beginFlush(store, as: TestStore.worker)
            try await store.dispatch("order.created", "99")
            #expect(try await store.tend()?.laneIsDue == true)
            #expect(try await Self.claim(store, as: TestStore.otherWorker).isEmpty)
            let requests = try await Self.claim(store)
            #expect(Self.data(requests) == [["0", "1"], ["2"]])
            // Another run at the same time finds nothing of it.
            try await Self.beginFlush(store, as: TestStore.otherWorker)
            #expect(try await Self.claim(store, as: TestStore.otherWorker).isEmpty)

            try await store.record(requests.map { try store.attempt($0, of: subscription, status: 200) })
            try await store.releaseLanes(subscription)
            #expect(try await Self.claim(store).isEmpty)
            #expect(try await store.tend()?.laneIsDue == false)
            #expect(try await store.value("SELECT count(*)::text FROM martlet.waiting") == "1")
        }
    }

    @Test func `batches that a slow receiver makes it give back, process-webhooks sends all the same`() async throws {
        try await withStore { store in
            let subscription = try await Self.queued(2, size: 1, interval: nil, in: store)
            try await Self.beginFlush(store, as: TestStore.worker)
            for _ in 1...3 {
                let requests = try await Self.claim(store)
                #expect(Self.data(requests) == [["0"], ["1"]])
                try await store.database.execute(
                    GiveBackDeliveries(
                        worker: TestStore.worker, deliveries: requests.flatMap { $0.entries.map(\.id) }))
                try await store.releaseLanes(subscription)
                #expect(try await store.tend()?.laneIsDue == true)
            }
        }
    }

    @Test func `who looks after lanes with an order learns of the flush that is left`() async throws {
        try await withStore { store in
            let subscription = try await Self.queued(2, size: 1, interval: nil, in: store)
            try await Self.beginFlush(store, as: TestStore.worker)
            #expect(try await store.look() == .zero)
            #expect(try await store.look(as: TestStore.otherWorker) == nil)

            let first = try await Self.claim(store, requests: 1)
            #expect(try await store.look() == nil)
            try await store.record([store.attempt(#require(first.first), of: subscription, status: 200)])
            try await store.releaseLanes(subscription)
            #expect(try await store.look() == .zero)
        }
    }

    @Test func `a flush that was left when the time was over is ended first by the next run`() async throws {
        try await withStore { store in
            let subscription = try await Self.queued(4, size: 2, interval: nil, order: .reverse, in: store)
            try await Self.beginFlush(store, as: TestStore.worker)
            let first = try await Self.claim(store, requests: 1)
            try await store.record([store.attempt(#require(first.first), of: subscription, status: 200)])
            try await store.releaseLanes(subscription)

            try await store.dispatch("order.created", "4")
            try await Self.beginFlush(store, as: TestStore.otherWorker)
            var sent = Self.data(first)
            while let request = try await Self.claim(store, as: TestStore.otherWorker, requests: 1).first {
                sent += Self.data([request])
                try await store.record(
                    [store.attempt(request, of: subscription, status: 200)], as: TestStore.otherWorker)
                try await store.releaseLanes(subscription, as: TestStore.otherWorker)
            }
            #expect(sent == [["3", "2"], ["1", "0"], ["4"]])
        }
    }

    @Test func `a subscription in queued mode stays in its lane when that is empty`() async throws {
        try await withStore { store in
            let subscription = try await Self.queued(1, in: store)
            try await Self.age(store)
            let request = try #require(try await Self.claim(store).first)
            try await store.record([store.attempt(request, of: subscription, status: 200)])
            try await store.releaseLanes(subscription)
            try await store.dispatch("order.created")
            #expect(try await store.claim().isEmpty)
            #expect(try await store.value("SELECT count(*)::text FROM martlet.waiting") == "1")
        }
    }

    // MARK: Outcomes

    @Test func `a batch that fails keeps its entries and its id until it fails for good`() async throws {
        try await withStore { store in
            let subscription = try await Self.queued(3, in: store)
            try await Self.age(store)
            let first = try #require(try await Self.claim(store).first)
            try await store.record([store.attempt(first, of: subscription, status: 500)])
            try await store.releaseLanes(subscription)
            #expect(
                try await store.rows(
                    """
                    SELECT concat_ws(' ', status, retry_count, error_message, next_retry_at > now() + interval '25 s')
                    FROM martlet.webhook_queue
                    """) == Array(repeating: "retry 1 HTTP 500 t", count: 3))
            // The breaker counts it once.
            #expect(try await store.value("SELECT failure_count::text FROM martlet.subscriptions") == "1")

            try await store.dispatch("order.created", "99")
            #expect(try await Self.claim(store).isEmpty)
            try await store.run("UPDATE martlet.batches SET due_at = now(); UPDATE martlet.lanes SET due_at = now()")
            let again = try await Self.claim(store)
            #expect(again.count == 1)
            #expect(again.first?.batchID == first.batchID)
            #expect(again.first?.entries.map(\.id) == first.entries.map(\.id))
            #expect(again.first?.attempt == 2)

            try await store.record([store.attempt(#require(again.first), of: subscription, status: 500)])
            #expect(
                try await store.rows(
                    """
                    SELECT concat_ws(' ', status, retry_count, next_retry_at IS NULL) FROM martlet.webhook_queue
                    WHERE status <> 'pending'
                    """) == Array(repeating: "failed 1 t", count: 3))
            #expect(try await store.value("SELECT count(*)::text FROM martlet.batches") == "0")
        }
    }

    @Test func `the retry of one entry makes its batch due, whole and under its id`() async throws {
        try await withStore { store in
            let subscription = try await Self.queued(3, in: store)
            try await Self.age(store)
            let first = try #require(try await Self.claim(store).first)
            try await store.record([store.attempt(first, of: subscription, status: 500)])
            try await store.releaseLanes(subscription)

            let entry = try #require(first.entries.last)
            #expect(try await store.deliveries.retry(entry.id, tenant: "default") == .queued(entry.id))
            let again = try await Self.claim(store)
            #expect(again.map(\.batchID) == [first.batchID])
            #expect(again.first?.entries.map(\.id) == first.entries.map(\.id))
        }
    }

    @Test func `what a dead worker had claimed goes out as it was, under the same id`() async throws {
        try await withStore { store in
            _ = try await Self.queued(3, size: 2, in: store)
            try await Self.age(store)
            let first = try await Self.claim(store)
            try await store.run("SELECT martlet.release_leases(ARRAY[\(TestStore.worker)])")
            try await store.dispatch("order.created", "99")
            let again = try await Self.claim(store, as: TestStore.otherWorker)
            #expect(again.map(\.batchID) == first.map(\.batchID))
            #expect(Self.data(again) == [["0", "1"], ["2"]])
        }
    }

    @Test func `a batch is on record as one request with what was sent, and each entry as delivered`() async throws {
        try await withStore { store in
            let subscription = try await Self.queued(0, in: store)
            try await store.dispatch("order.created", #"{"total": 19.90}"#)
            try await store.dispatch("order.paid", "[1]")
            try await store.dispatch("order.created", #"{"timestamp": 1}"#)
            try await Self.age(store)
            let request = try #require(try await Self.claim(store).first)
            let attempt = try store.attempt(request, of: subscription, status: 200)
            try await store.record([attempt])

            let body = Payload.aggregated(
                request.entries.map { .init(eventName: $0.eventName, occurredAt: $0.occurredAt, data: $0.data) })
            #expect(
                try await store.value("SELECT request_payload FROM martlet.webhook_deliveries")
                    == String(decoding: body, as: UTF8.self))
            #expect(
                try await store.value(
                    """
                    SELECT concat_ws(' ', queue_ids::text, request_headers->>'X-Webhook-Event',
                                     request_headers->>'X-Delivery-ID')
                    FROM martlet.webhook_deliveries
                    """)
                    == "{\(request.entries.map { "\($0.id)" }.joined(separator: ","))} webhook.batch \(attempt.requestID)"
            )
            #expect(
                try await store.rows(
                    "SELECT concat_ws(' ', id, event_name, status) FROM martlet.webhook_queue ORDER BY id")
                    == request.entries.map { "\($0.id) \($0.eventName) delivered" })
            let attempts = try await AttemptStore(store.database).attempts(of: request.others[0].id)
            #expect(attempts.map(\.responseCode) == [200])
        }
    }

    @Test func `an entry whose lease was lost is not recorded with its batch`() async throws {
        try await withStore { store in
            let subscription = try await Self.queued(3, in: store)
            try await Self.age(store)
            let request = try #require(try await Self.claim(store).first)
            let lost = request.others[0].id
            try await store.run(
                "UPDATE martlet.waiting SET worker = NULL, lease_until = NULL WHERE id = \(lost)")
            let recorded = try await store.database.execute(
                RecordBatches(
                    worker: TestStore.worker, attempts: [store.attempt(request, of: subscription, status: 200)]))
            #expect(recorded == [2])
            let kept = [request, request.others[1]]
            #expect(
                try await store.rows("SELECT concat(queue_ids::text, event_ids::text) FROM martlet.attempts")
                    == [
                        "{\(kept.map { "\($0.id)" }.joined(separator: ","))}"
                            + "{\(kept.map { "\($0.eventID)" }.joined(separator: ","))}"
                    ])
            #expect(try await store.rows("SELECT id::text FROM martlet.waiting") == ["\(lost)"])
        }
    }

    @Test func `a worker that lost the lease of a batch leaves it to the one that has it`() async throws {
        try await withStore { store in
            let subscription = try await Self.queued(2, in: store)
            try await Self.age(store)
            let request = try #require(try await Self.claim(store).first)
            try await store.run("SELECT martlet.release_leases(ARRAY[\(TestStore.worker)])")
            let again = try await Self.claim(store, as: TestStore.otherWorker)
            #expect(again.map(\.batchID) == [request.batchID])
            let attempt = try store.attempt(request, of: subscription, status: 200)
            let late = RecordBatches(worker: TestStore.worker, attempts: [attempt])
            #expect(try await store.database.execute(late) == [0])
            #expect(try await store.value("SELECT count(*)::text FROM martlet.attempts") == "0")
            #expect(try await store.value("SELECT count(*)::text FROM martlet.batches") == "1")
            let owner = RecordBatches(worker: TestStore.otherWorker, attempts: [attempt])
            #expect(try await store.database.execute(owner) == [2])
            #expect(try await store.value("SELECT count(*)::text FROM martlet.batches") == "0")
        }
    }

    @Test func `a delivered batch clears the failures of its subscription`() async throws {
        try await withStore { store in
            let subscription = try await Self.queued(1, in: store)
            try await store.run("UPDATE martlet.subscriptions SET failure_count = 3")
            try await Self.age(store)
            let request = try #require(try await Self.claim(store).first)
            try await store.database.execute(
                RecordBatches(
                    worker: TestStore.worker, attempts: [store.attempt(request, of: subscription, status: 200)]))
            #expect(try await store.value("SELECT failure_count::text FROM martlet.subscriptions") == "0")
        }
    }

    // MARK: Claims side by side

    @Test func `a batch one of whose entries somebody is at is left out, and nobody waits`() async throws {
        try await withStore { store in
            let subscription = try await Self.queued(3, in: store)
            try await Self.age(store)
            let first = try #require(try await Self.claim(store).first)
            try await store.record([store.attempt(first, of: subscription, status: 500)])
            try await store.releaseLanes(subscription)
            try await store.run("UPDATE martlet.batches SET due_at = now(); UPDATE martlet.lanes SET due_at = now()")
            try await store.database.withSession { session in
                try await session.script(
                    "BEGIN; SELECT FROM martlet.waiting WHERE id = \(first.others[1].id) FOR UPDATE")
                #expect(try await Self.claim(store).isEmpty)
                try await session.script("ROLLBACK")
            }
            try await store.run("UPDATE martlet.lanes SET due_at = now()")
            let again = try await Self.claim(store)
            #expect(again.map { $0.entries.map(\.id) } == [first.entries.map(\.id)])
        }
    }

    @Test func `batches are cut by size where no delivery tells its own`() async throws {
        try await withStore { store in
            _ = try await Self.queued(0, in: store)
            let large = "\"" + String(repeating: "x", count: 600_000) + "\""
            for _ in 1...2 { try await store.dispatch("order.created", large) }
            try await store.run("UPDATE martlet.waiting SET data_bytes = NULL")
            try await Self.age(store)
            #expect(try await Self.claim(store).map(\.entries.count) == [1, 1])
        }
    }

    @Test func `a delivery without its event holds up no claim`() async throws {
        try await withStore { store in
            let queued = try await Self.queued(1, size: 1, in: store)
            // As deliveries are that were parked, or queued by a release before.
            try await store.run("UPDATE martlet.waiting SET data_bytes = NULL; DELETE FROM martlet.events")
            let other = try await store.subscribe(to: ["other"])
            try await store.run("UPDATE martlet.subscriptions SET diverted = true WHERE id = \(other.id)")
            try await store.dispatch("other")
            try await Self.age(store)
            #expect(Set(try await Self.claim(store).map(\.subscriptionID)) == [queued.id, other.id])
        }
    }

    // MARK: Switching

    @Test func `a batch of which an entry went out alone is none any more`() async throws {
        try await withStore { store in
            let subscription = try await Self.queued(3, in: store)
            try await Self.age(store)
            let first = try #require(try await Self.claim(store).first)
            try await store.record([store.attempt(first, of: subscription, status: 500)])
            try await store.releaseLanes(subscription)

            _ = try await store.change(subscription) { $0.ordering = "subscription" }
            try await store.run(
                "UPDATE martlet.waiting SET next_retry_at = now(); UPDATE martlet.lanes SET due_at = now()")
            let alone = try await store.claimLanes(limit: 1)
            #expect(alone.map(\.batchID) == [nil])
            #expect(try await store.value("SELECT count(*)::text FROM martlet.batches") == "0")
            #expect(try await store.value("SELECT count(batch_id)::text FROM martlet.waiting") == "0")
        }
    }

    @Test func `a batch without entries is cleared away`() async throws {
        try await withStore { store in
            _ = try await Self.queued(2, size: 1, in: store)
            try await Self.age(store)
            let requests = try await Self.claim(store)
            try await store.run("DELETE FROM martlet.waiting WHERE id = \(requests[0].id)")
            try await store.run("SELECT martlet.expire(100)")
            #expect(
                try await store.rows("SELECT id::text FROM martlet.batches") == ["\(requests[1].batchID!)"])
        }
    }

    @Test func `immediate mode sends what waited one by one, and a batch that was formed as it was`() async throws {
        try await withStore { store in
            let subscription = try await Self.queued(4, size: 2, in: store)
            try await Self.age(store)
            let formed = try #require(try await Self.claim(store, requests: 1).first)
            try await store.database.execute(
                GiveBackDeliveries(worker: TestStore.worker, deliveries: formed.entries.map(\.id)))
            try await store.releaseLanes(subscription)

            _ = try await store.change(subscription) { $0.queueMode = "immediate" }
            try await store.tend()
            let requests = try await Self.claim(store)
            #expect(Set(Self.data(requests)) == [["0", "1"], ["2"], ["3"]])
            #expect(requests.first { $0.entries.count == 2 }?.batchID == formed.batchID)
            try await store.dispatch("order.created", "4")
            #expect(try await store.claim().count == 1)
        }
    }

    @Test func `queued mode lets a delivery that failed alone go on alone`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe()
            try await store.record([store.attempt(store.claimed(1)[0], of: subscription, status: 500)])
            _ = try await store.change(subscription) {
                $0.queueMode = "queued"
                $0.batchInterval = .seconds(60)
            }
            try await store.run(
                "UPDATE martlet.waiting SET next_retry_at = now(); UPDATE martlet.lanes SET due_at = now()")
            try await store.dispatch("order.created")
            let requests = try await Self.claim(store)
            #expect(requests.map(\.attempt) == [2])
            #expect(requests.map(\.batchID) == [nil])
        }
    }

    @Test func `the global mode counts for the next event of subscriptions that have none`() async throws {
        try await withStore { store in
            _ = try await store.subscribe()
            let settings = SettingStore(store.database)
            try await settings.set([.queueMode: "queued"])
            try await store.dispatch("order.created", "1")
            #expect(try await store.claim().isEmpty)
            try await store.tend()
            #expect(try await Self.claim(store).isEmpty)
            try await settings.set([.queueMode: "immediate"])
            try await store.tend()
            #expect(try await Self.data(Self.claim(store)) == [["1"]])
            try await store.dispatch("order.created", "2")
            #expect(try await store.claim().count == 1)
        }
    }

    @Test func `an order or a rate limit sends one by one`() async throws {
        try await withStore { store in
            _ = try await store.subscribe(queueMode: .queued, ordering: "subscription")
            try await store.dispatch("order.created")
            try await store.look()
            let claimed = try await store.claimLanes()
            #expect(claimed.map(\.batchID) == [nil])
        }
    }
}
