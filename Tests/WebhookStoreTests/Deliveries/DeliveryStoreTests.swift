import Postgres
import Testing
import WebhookCore
import WebhookStore

struct DeliveryStoreTests {
    /// One delivery of each status for one subscription, in the order delivered, retry, failed, pending.
    private func makeOneOfEach(in store: TestStore) async throws -> StoredSubscription {
        let subscription = try await store.subscribe(to: ["order.*", "stock.*"])
        try await store.deliver(1, to: subscription, name: "order.delivered")
        try await store.record([
            store.attempt(store.claimed(1, name: "order.retried")[0], of: subscription, status: 500)
        ])
        try await store.exhaust(1, name: "stock.failed")
        try await store.dispatch("stock.pending")
        return subscription
    }

    private func list(_ store: TestStore, _ filter: DeliveryFilter = DeliveryFilter()) async throws -> [String] {
        let page = try await store.deliveries.list(filter, tenant: "default", after: nil, limit: 100)
        #expect(page.next == nil)
        return page.deliveries.map { "\($0.eventName ?? "-") \($0.status) \($0.retryCount)" }
    }

    @Test func `deliveries are listed wherever they stand, the latest first`() async throws {
        try await withStore { store in
            let subscription = try await makeOneOfEach(in: store)
            #expect(
                try await list(store) == [
                    "stock.pending pending 0", "stock.failed failed 5", "order.retried retry 1",
                    "order.delivered delivered 0",
                ])
            let found = try await store.deliveries.list(DeliveryFilter(), tenant: "default", after: nil, limit: 9)
            #expect(found.deliveries.allSatisfy { $0.subscriptionID == subscription.id && $0.eventID != nil })
            #expect(found.deliveries.map { $0.nextRetryAt != nil } == [true, false, true, false])
            #expect(found.deliveries.map { $0.deliveredAt != nil } == [false, false, false, true])
            #expect(found.deliveries.map(\.error) == [nil, "HTTP 500", "HTTP 500", nil])
        }
    }

    @Test func `they are filtered by subscription, status, event and time`() async throws {
        try await withStore { store in
            let subscription = try await makeOneOfEach(in: store)
            let other = try await store.subscribe(to: ["other"])
            try await store.dispatch("other")
            #expect(try await list(store, DeliveryFilter(subscription: other.id)) == ["other pending 0"])
            #expect(try await list(store, DeliveryFilter(subscription: subscription.id)).count == 4)
            for (status, name) in [
                (DeliveryStatus.pending, "stock.pending pending 0"), (.retry, "order.retried retry 1"),
                (.failed, "stock.failed failed 5"), (.delivered, "order.delivered delivered 0"),
            ] {
                let filter = DeliveryFilter(subscription: subscription.id, status: status)
                #expect(try await list(store, filter) == [name])
            }
            #expect(
                try await list(store, DeliveryFilter(event: EventPattern("order.*")))
                    == ["order.retried retry 1", "order.delivered delivered 0"])
            #expect(
                try await list(store, DeliveryFilter(event: EventPattern("stock.failed"), status: .failed)).count == 1)
            #expect(try await list(store, DeliveryFilter(event: EventPattern("stock"))).isEmpty)

            let all = try await store.deliveries.list(DeliveryFilter(), tenant: "default", after: nil, limit: 9)
            let third = all.deliveries[2]
            #expect(try await list(store, DeliveryFilter(since: third.createdAt)).count == 3)
            #expect(try await list(store, DeliveryFilter(since: third.createdAt + .seconds(60))).isEmpty)
        }
    }

    @Test func `pages show every delivery once, also across the parts in which the walk goes`() async throws {
        try await withStore { store in
            _ = try await store.subscribe()
            try await store.exhaust(3_000)
            try await store.run("SELECT martlet.dispatch('order.created', '1') FROM generate_series(1, 2500)")
            var seen: [DeliveryID] = []
            var after: DeliveryCursor?
            repeat {
                let page = try await store.deliveries.list(
                    DeliveryFilter(), tenant: "default", after: after, limit: 700)
                seen += page.deliveries.map(\.id)
                after = page.next
            } while after != nil
            #expect(seen.count == 5_500)
            #expect(seen == seen.sorted(by: >))
            #expect(Set(seen).count == 5_500)
        }
    }

    @Test(arguments: ["failed", "retry"])
    func `what is rare is found, or looked for in bounded steps, however much waits`(status: String) async throws {
        try await withStore { store in
            let subscription = try await store.subscribe()
            try await store.exhaust(1)
            try await store.run(
                """
                UPDATE martlet.waiting SET status = '\(status)', next_retry_at = CASE '\(status)' WHEN 'retry' THEN now() END;
                INSERT INTO martlet.waiting (id, event_id, next_retry_at, subscription_id, tenant)
                SELECT martlet.new_id(martlet.id_floor(clock_timestamp())), event_id, now(), \(subscription.id), 'default'
                FROM martlet.waiting, generate_series(1, 50000);
                ANALYZE martlet.waiting
                """)
            let filter = try DeliveryFilter(status: #require(DeliveryStatus(rawValue: status)))
            var found: [StoredDelivery] = []
            var after: DeliveryCursor?
            repeat {
                let page = try await store.deliveries.list(filter, tenant: "default", after: after, limit: 10)
                found += page.deliveries
                after = page.next
            } while after != nil
            #expect(found.map(\.status.rawValue) == [status])
            let plan = try await store.rows(
                "EXPLAIN SELECT id FROM martlet.waiting WHERE status = '\(status)' AND id > 1 ORDER BY id DESC LIMIT 9"
            ).compactMap { $0 }.joined(separator: "\n")
            #expect(status == "retry" || plan.contains("waiting_all_failed_idx"), "\(plan)")
        }
    }

    @Test func `a walk that takes too long stops and says where to go on`() async throws {
        try await withStore { store in
            _ = try await store.subscribe()
            try await store.dispatch("rare")
            try await store.exhaust(20_000)
            // A lookup that takes its time.
            try await store.run(
                """
                CREATE OR REPLACE FUNCTION martlet.candidate_patterns(event_name text) RETURNS text[]
                LANGUAGE sql STRICT AS $$ SELECT ARRAY[event_name] FROM pg_sleep(0.0002) $$
                """)
            let filter = DeliveryFilter(event: EventPattern.rare)
            let first = try await store.deliveries.list(filter, tenant: "default", after: nil, limit: 10)
            #expect(first.deliveries.isEmpty)
            var after = first.next
            #expect(after != nil)
            var found: [StoredDelivery] = []
            while let cursor = after {
                let page = try await store.deliveries.list(filter, tenant: "default", after: cursor, limit: 10)
                found += page.deliveries
                after = page.next
            }
            #expect(found.map(\.eventName) == ["rare"])
        }
    }

    @Test(arguments: ["1-2", "9223372036854775807-0"])
    func `a cursor is read as it was written`(text: String) {
        #expect(DeliveryCursor(text)?.description == text)
    }

    @Test(arguments: ["", "1", "1-", "-1", "01-2", "1-2-3", "1-x", "+1-2", "99999999999999999999-1"])
    func `what is no cursor is refused`(text: String) {
        #expect(DeliveryCursor(text) == nil)
    }

    @Test func `deliveries of another tenant are none of ours`() async throws {
        try await withStore { store in
            _ = try await store.subscribe(tenant: "acme")
            try await store.dispatch("order.created", tenant: "acme")
            let theirs = try await store.deliveries.list(DeliveryFilter(), tenant: "acme", after: nil, limit: 9)
            let id = try #require(theirs.deliveries.first?.id)
            #expect(try await list(store).isEmpty)
            #expect(try await store.deliveries.find(id, tenant: "default") == nil)
            #expect(try await store.deliveries.retry(id, tenant: "default") == .noSuchDelivery)
            #expect(try await store.deliveries.find(id, tenant: "acme") != nil)
        }
    }

    @Test func `a delivery is found with what was sent and what came back, long after it left the queue`()
        async throws
    {
        try await withStore { store in
            let subscription = try await store.subscribe()
            let event = try await store.dispatch("order.created", #"{"n": 1}"#)
            let delivery = try #require(try await store.claim().first)
            try await store.record([store.attempt(delivery, of: subscription, status: 500)])
            let retry = try await store.claimRetry(of: subscription)
            try await store.record([store.attempt(retry, of: subscription, status: 200)])

            let found = try #require(try await store.deliveries.find(delivery.id, tenant: "default"))
            #expect(found.status == .delivered)
            #expect(found.eventID == event)
            #expect(found.retryCount == 1)
            let attempts = try await store.deliveries.attempts(of: delivery.id, tenant: "default")
            #expect(attempts.map(\.number) == [1, 2])
            #expect(attempts.map(\.responseCode) == [500, 200])
            #expect(attempts.map(\.error) == ["HTTP 500", nil])
            #expect(attempts.allSatisfy { $0.requestURL == "https://receiver.example/hook" })
            #expect(
                attempts.allSatisfy { String(decoding: $0.requestHeaders ?? [], as: UTF8.self).contains("webhook-id") })
            #expect(attempts.map { $0.requestPayload != nil } == [false, true])
            #expect(attempts[1].requestPayload?.contains(#""data":{"n": 1}"#) == true)
            #expect(attempts[1].responseBody == "thanks")
            #expect(try await store.deliveries.attempts(of: delivery.id, tenant: "acme").isEmpty)
        }
    }

    // MARK: Retry

    private func status(_ store: TestStore, _ id: DeliveryID) async throws -> String? {
        try await store.value(
            """
            SELECT concat_ws(' ', status, retry_count, next_retry_at <= now()) FROM martlet.webhook_queue
            WHERE id = \(id)
            """)
    }

    @Test func `a delivery that waits for its retry is due at once`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe()
            let delivery = try await store.claimed(1)[0]
            try await store.record([store.attempt(delivery, of: subscription, status: 500)])
            #expect(try await status(store, delivery.id) == "retry 1 f")
            #expect(try await store.deliveries.retry(delivery.id, tenant: "default") == .queued(delivery.id))
            #expect(try await status(store, delivery.id) == "retry 1 t")
            #expect(try await store.claimLanes().map(\.attempt) == [2])
        }
    }

    @Test func `a delivery that failed for good begins anew, with all its retries`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe(to: ["order.*"], maxRetries: 1)
            let delivery = try await store.claimed(1)[0]
            try await store.record([store.attempt(delivery, of: subscription, status: 500)])
            try await store.record([store.attempt(store.claimRetry(of: subscription), of: subscription, status: 500)])
            try await store.releaseLanes(subscription)
            #expect(try await status(store, delivery.id) == "failed 1")

            #expect(try await store.deliveries.retry(delivery.id, tenant: "default") == .queued(delivery.id))
            let again = try #require(try await store.claimLanes().first)
            #expect(again.id == delivery.id)
            #expect(again.attempt == 1)
            try await store.record([store.attempt(again, of: subscription, status: 500)])
            #expect(try await status(store, delivery.id) == "retry 1 f")
        }
    }

    @Test(arguments: ["none", "subscription"])
    func `a delivery that arrived goes out as a new one of the same event`(ordering: String) async throws {
        try await withStore { store in
            let subscription = try await store.subscribe()
            try await store.deliver(1, to: subscription)
            _ = try await store.change(subscription) { $0.ordering = ordering }
            let page = try await store.deliveries.list(DeliveryFilter(), tenant: "default", after: nil, limit: 9)
            let old = try #require(page.deliveries.first)
            guard case .queued(let new) = try await store.deliveries.retry(old.id, tenant: "default") else {
                Issue.record("not queued")
                return
            }
            #expect(new > old.id)
            let found = try #require(try await store.deliveries.find(new, tenant: "default"))
            #expect(found.eventID == old.eventID)
            #expect(found.status == .pending)
            #expect(
                try await store.value("SELECT (order_key IS NOT NULL)::text FROM martlet.waiting")
                    == (ordering == "none" ? "false" : "true"))
            #expect(try await store.claimLanes().map(\.id) == [new])
        }
    }

    @Test func `a delivery that is on its way or due already stays as it is`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe()
            let delivery = try await store.claimed(1)[0]
            #expect(try await store.deliveries.retry(delivery.id, tenant: "default") == .queued(delivery.id))
            try await store.record([store.attempt(delivery, of: subscription, status: 500)])
            let retry = try await store.claimRetry(of: subscription)
            #expect(try await store.deliveries.retry(delivery.id, tenant: "default") == .queued(delivery.id))
            try await store.record([store.attempt(retry, of: subscription, status: 200)])
            #expect(try await store.value("SELECT count(*)::text FROM martlet.waiting") == "0")
        }
    }

    @Test func `one that arrives while it is asked for is not sent again`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe()
            let delivery = try await store.claimed(1)[0]
            try await store.record([store.attempt(delivery, of: subscription, status: 500)])
            let retry = try await store.claimRetry(of: subscription)
            let arrived = try store.attempt(retry, of: subscription, status: 200)
            try await store.database.withSession { worker in
                try await worker.script("BEGIN")
                _ = try await worker.execute(RecordAttempts(worker: TestStore.worker, attempts: [arrived]))
                async let answer = store.deliveries.retry(delivery.id, tenant: "default")
                _ = try await worker.waitUntilItBlocksSomebody()
                try await worker.script("COMMIT")
                #expect(try await answer == .queued(delivery.id))
            }
            #expect(try await store.value("SELECT count(*)::text FROM martlet.waiting") == "0")
            #expect(try await store.deliveries.find(delivery.id, tenant: "default")?.status == .delivered)
        }
    }

    @Test func `asked for twice in a row, it goes out once`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe()
            let delivery = try await store.claimed(1)[0]
            _ = try await store.recordDelivered([store.attempt(delivery, of: subscription, status: 200)])
            let first = try await store.deliveries.retry(delivery.id, tenant: "default")
            #expect(try await store.deliveries.retry(delivery.id, tenant: "default") == first)
            #expect(try await store.deliverLanes(of: subscription).count == 1)
            #expect(try await store.deliveries.retry(delivery.id, tenant: "default") != first)
        }
    }

    @Test func `what cannot be sent again says why`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe()
            try await store.deliver(1, to: subscription)
            let page = try await store.deliveries.list(DeliveryFilter(), tenant: "default", after: nil, limit: 9)
            let id = try #require(page.deliveries.first?.id)
            #expect(try await store.deliveries.retry(DeliveryID(rawValue: 1), tenant: "default") == .noSuchDelivery)

            _ = try await store.deactivate(subscription)
            #expect(try await store.deliveries.retry(id, tenant: "default") == .subscriptionIsInactive)
            _ = try await store.activate(subscription)
            try await store.run("DELETE FROM martlet.events")
            #expect(try await store.deliveries.retry(id, tenant: "default") == .eventIsNoLongerKept)
            _ = try await store.subscriptions.delete(subscription.id, tenant: "default")
            #expect(try await store.deliveries.retry(id, tenant: "default") == .subscriptionIsDeleted)
            #expect(try await store.deliveries.find(id, tenant: "default")?.status == .delivered)
        }
    }
}

extension EventPattern {
    fileprivate static let rare = EventPattern(stored: "rare")
}
