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
        try await store.claimLanes(as: worker, limit: requests)
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
            #expect(requests.map(\.isBatch) == [true, true, true])
            #expect(try await store.entries(of: requests[0]).count == 10)
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
                    GiveBackDeliveries(worker: TestStore.worker, deliveries: requests.map(\.id)))
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
            #expect(again.first?.id == first.id)
            #expect(again.first?.content == first.content)
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
            let entry = try #require(try await store.entries(of: first).last)
            try await store.record([store.attempt(first, of: subscription, status: 500)])
            try await store.releaseLanes(subscription)

            #expect(try await store.deliveries.retry(entry, tenant: "default") == .queued(entry))
            let again = try await Self.claim(store)
            #expect(again.map(\.id) == [first.id])
            #expect(again.first?.content == first.content)
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
            #expect(again.map(\.id) == first.map(\.id))
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
            let entries = try await store.entries(of: request)
            try await store.record([store.attempt(request, of: subscription, status: 200)])

            let body = Payload.aggregated(request.entries)
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
                    == "{\(entries.map { "\($0)" }.joined(separator: ","))} webhook.batch \(request.id)")
            #expect(
                try await store.rows(
                    "SELECT concat_ws(' ', id, event_name, status) FROM martlet.webhook_queue ORDER BY id")
                    == zip(entries, request.entries).map { "\($0) \($1.eventName) delivered" })
            let attempts = try await AttemptStore(store.database).attempts(of: entries[1])
            #expect(attempts.map(\.responseCode) == [200])
        }
    }

    @Test func `a worker that lost the lease of a batch leaves it to the one that has it`() async throws {
        try await withStore { store in
            let subscription = try await Self.queued(2, in: store)
            try await Self.age(store)
            let request = try #require(try await Self.claim(store).first)
            try await store.run("SELECT martlet.release_leases(ARRAY[\(TestStore.worker)])")
            let again = try await Self.claim(store, as: TestStore.otherWorker)
            #expect(again.map(\.id) == [request.id])
            let attempt = try store.attempt(request, of: subscription, status: 200)
            let late = RecordBatches(worker: TestStore.worker, attempts: [attempt])
            #expect(try await store.database.execute(late) == [0])
            #expect(try await store.value("SELECT count(*)::text FROM martlet.attempts") == "0")
            #expect(try await store.value("SELECT count(*)::text FROM martlet.batches") == "1")
            let owner = RecordBatches(worker: TestStore.otherWorker, attempts: [attempt])
            #expect(try await store.database.execute(owner) == [1])
            #expect(try await store.value("SELECT count(*)::text FROM martlet.waiting") == "0")
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

    @Test func `who is at an entry of a batch holds up no claim of it`() async throws {
        try await withStore { store in
            let subscription = try await Self.queued(3, in: store)
            try await Self.age(store)
            let first = try #require(try await Self.claim(store).first)
            let entry = try await store.entries(of: first)[2]
            try await store.record([store.attempt(first, of: subscription, status: 500)])
            try await store.releaseLanes(subscription)
            try await store.run("UPDATE martlet.batches SET due_at = now(); UPDATE martlet.lanes SET due_at = now()")
            try await store.database.withSession { session in
                try await session.script("BEGIN; SELECT FROM martlet.waiting WHERE id = \(entry) FOR UPDATE")
                #expect(try await Self.claim(store).map(\.content) == [first.content])
                try await session.script("ROLLBACK")
            }
        }
    }

    @Test func `what is in a batch that a worker has is in no other, though the lease of the lane has ended`()
        async throws
    {
        try await withStore { store in
            let subscription = try await Self.queued(3, size: 2, in: store)
            try await Self.age(store)
            #expect(try await Self.data(Self.claim(store, requests: 1)) == [["0", "1"]])
            try await store.run("UPDATE martlet.lanes SET lease_until = now() - interval '1 second', due_at = now()")
            #expect(try await Self.data(Self.claim(store, as: TestStore.otherWorker)) == [["2"]])
            try await store.releaseLanes(subscription, as: TestStore.otherWorker)
            #expect(try await Self.claim(store, as: TestStore.otherWorker).isEmpty)
        }
    }

    @Test func `a batch that was given back goes out as it was, before others are formed`() async throws {
        try await withStore { store in
            let subscription = try await Self.queued(4, size: 2, in: store)
            try await Self.age(store)
            let first = try #require(try await Self.claim(store, requests: 1).first)
            let giveBack = GiveBackDeliveries(worker: TestStore.worker, deliveries: [first.id])
            try await store.database.execute(giveBack)
            try await store.releaseLanes(subscription)
            let again = try await Self.claim(store, as: TestStore.otherWorker)
            #expect(again.first?.id == first.id)
            #expect(Self.data(again) == [["0", "1"], ["2", "3"]])
        }
    }

    @Test func `a batch in the air keeps its lease and that of its lane, as long as it is renewed`() async throws {
        try await withStore { store in
            _ = try await Self.queued(2, in: store)
            try await Self.age(store)
            let request = try #require(try await Self.claim(store).first)
            let leases = "SELECT concat(lease_until > now() + interval '2 minutes') FROM"
            try await store.run(
                "UPDATE martlet.batches SET lease_until = now(); UPDATE martlet.lanes SET lease_until = now()")
            let renew = RenewLeases(worker: TestStore.worker, deliveries: [request.id], lease: .seconds(180))
            #expect(try await store.database.execute(renew) == [request.id])
            #expect(try await store.value("\(leases) martlet.batches") == "t")
            #expect(try await store.value("\(leases) martlet.lanes") == "t")
            // The entries of a batch are leased with it.
            #expect(
                try await store.rows(
                    "SELECT (leased_until > now() + interval '2 minutes')::text FROM martlet.webhook_queue")
                    == ["true", "true"])
            let foreign = RenewLeases(worker: TestStore.otherWorker, deliveries: [request.id], lease: .seconds(180))
            #expect(try await store.database.execute(foreign).isEmpty)
        }
    }

    @Test func `batches of a claim whose answer was lost are given back, and those that arrived are kept`() async throws
    {
        try await withStore { store in
            _ = try await Self.queued(4, size: 2, in: store)
            try await Self.age(store)
            let requests = try await Self.claim(store)
            try await store.database.execute(
                GiveBackUnknown(worker: TestStore.worker, held: [requests[0].id], lanes: true))
            #expect(
                try await store.rows("SELECT id::text FROM martlet.batches WHERE lease_until IS NULL")
                    == ["\(requests[1].id)"])
            #expect(try await store.value("SELECT (worker IS NOT NULL)::text FROM martlet.lanes") == "true")
            try await store.database.execute(GiveBackUnknown(worker: TestStore.worker, held: [], lanes: true))
            #expect(try await store.value("SELECT (worker IS NOT NULL)::text FROM martlet.lanes") == "false")
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

    @Test func `a delivery without its event fails, and its batch goes out without it`() async throws {
        try await withStore { store in
            let subscription = try await Self.queued(5, size: 3, in: store)
            try await Self.age(store)
            // As deliveries are that were parked, or queued by a release before.
            try await store.run(
                """
                UPDATE martlet.waiting SET data_bytes = NULL;
                DELETE FROM martlet.events WHERE payload::text IN ('1', '3', '4');
                """)
            let requests = try await Self.claim(store)
            #expect(Self.data(requests) == [["0", "2"]])
            #expect(
                try await store.rows(
                    "SELECT error_message FROM martlet.webhook_queue WHERE status = 'failed' AND leased_until IS NULL")
                    == Array(repeating: "the event of this delivery is no longer kept", count: 3))
            let entries = try await store.entries(of: requests[0])
            let attempt = try store.attempt(requests[0], of: subscription, status: 200)
            #expect(
                try await store.database.execute(RecordBatches(worker: TestStore.worker, attempts: [attempt])) == [1])
            #expect(
                try await store.rows("SELECT unnest(queue_ids)::text FROM martlet.attempts ORDER BY 1")
                    == entries.map { "\($0)" }.sorted())
        }
    }

    @Test func `where no event is left there is no batch, and the lane is free`() async throws {
        try await withStore { store in
            _ = try await Self.queued(2, in: store)
            try await Self.age(store)
            try await store.run("DELETE FROM martlet.events")
            #expect(try await Self.claim(store).isEmpty)
            #expect(try await store.value("SELECT count(*)::text FROM martlet.batches") == "0")
            #expect(try await store.value("SELECT count(worker)::text FROM martlet.lanes") == "0")
            #expect(
                try await store.value("SELECT count(*)::text FROM martlet.webhook_queue WHERE status = 'failed'") == "2"
            )
            try await store.dispatch("order.created", "2")
            try await Self.age(store)
            #expect(try await Self.data(Self.claim(store, as: TestStore.otherWorker)) == [["2"]])
        }
    }

    // MARK: Switching

    @Test func `an order sends one by one what waited for a retry in a batch`() async throws {
        try await withStore { store in
            let subscription = try await Self.queued(3, in: store)
            try await Self.age(store)
            let first = try #require(try await Self.claim(store).first)
            let entries = try await store.entries(of: first)
            try await store.record([store.attempt(first, of: subscription, status: 500)])
            try await store.releaseLanes(subscription)

            _ = try await store.change(subscription) { $0.ordering = "subscription" }
            try await store.run(
                "UPDATE martlet.waiting SET next_retry_at = now(); UPDATE martlet.lanes SET due_at = now()")
            let alone = try await store.claimLanes(limit: 1)
            #expect(alone.map(\.id) == [entries[0]])
            #expect(try await store.value("SELECT count(*)::text FROM martlet.batches") == "0")
            #expect(try await store.value("SELECT count(batch_id)::text FROM martlet.waiting") == "0")
        }
    }

    @Test func `a rate limit lets the batch that is in the air come to its end first`() async throws {
        try await withStore { store in
            let subscription = try await Self.queued(3, size: 2, in: store)
            try await Self.age(store)
            let first = try #require(try await Self.claim(store, requests: 1).first)
            let changed = try #require(try await store.change(subscription) { $0.rateLimit = 100 })
            try await store.run("UPDATE martlet.lanes SET due_at = now()")
            #expect(try await store.claimLanes(again: [subscription.id]).isEmpty)

            try await store.record([store.attempt(first, of: changed, status: 200)])
            try await store.releaseLanes(subscription)
            let rest = try await store.claimLanes()
            #expect(rest.map(\.isBatch) == [false])
            #expect(rest.map(\.data) == [Array("2".utf8)])
        }
    }

    @Test func `a batch without entries is cleared away`() async throws {
        try await withStore { store in
            _ = try await Self.queued(2, size: 1, in: store)
            try await Self.age(store)
            let requests = try await Self.claim(store)
            let entry = try await store.entries(of: requests[0])[0]
            try await store.run("DELETE FROM martlet.waiting WHERE id = \(entry); SELECT martlet.expire(100)")
            #expect(try await store.value("SELECT count(*)::text FROM martlet.batches") == "2")
            // Its worker has died.
            try await store.run("UPDATE martlet.batches SET lease_until = NULL; SELECT martlet.expire(100)")
            #expect(try await store.rows("SELECT id::text FROM martlet.batches") == ["\(requests[1].id)"])
        }
    }

    @Test func `immediate mode sends what waited one by one, and a batch that was formed as it was`() async throws {
        try await withStore { store in
            let subscription = try await Self.queued(4, size: 2, in: store)
            try await Self.age(store)
            let formed = try #require(try await Self.claim(store, requests: 1).first)
            try await store.database.execute(
                GiveBackDeliveries(worker: TestStore.worker, deliveries: [formed.id]))
            try await store.releaseLanes(subscription)

            _ = try await store.change(subscription) { $0.queueMode = "immediate" }
            try await store.tend()
            let requests = try await Self.claim(store)
            #expect(Set(Self.data(requests)) == [["0", "1"], ["2"], ["3"]])
            #expect(requests.first(where: \.isBatch)?.id == formed.id)
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
            #expect(requests.map(\.isBatch) == [false])
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
            #expect(claimed.map(\.isBatch) == [false])
        }
    }
}
