import Postgres
import Testing
import WebhookCore
import WebhookStore

struct RecordTests {
    /// What stands in the queue, a row each.
    private static let queue = """
        SELECT concat_ws(' ', status, retry_count, round(extract(epoch FROM next_retry_at - now())),
                         quote_nullable(error_message), leased_until IS NULL)
        FROM martlet.webhook_queue ORDER BY id
        """

    private static let attempts = """
        SELECT concat_ws(' ', attempt, coalesce(response_code::text, '-'), duration_ms, quote_nullable(error_message),
                         quote_nullable(response_body))
        FROM martlet.webhook_deliveries ORDER BY id
        """

    // MARK: Success

    @Test func `a delivered delivery leaves the queue and is seen as delivered`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe()
            let delivery = try await store.claimed(1)[0]
            let attempt = try store.attempt(delivery, of: subscription, status: 204, responseBody: [])
            #expect(attempt.isPlainSuccess)
            #expect(try await store.recordDelivered([attempt]) == 1)

            #expect(try await store.value("SELECT count(*)::text FROM martlet.pending") == "0")
            let row = """
                SELECT concat_ws(' ', id, subscription_id, event_id, event_name, status, retry_count,
                                 quote_nullable(next_retry_at), quote_nullable(error_message), delivered_at IS NOT NULL)
                FROM martlet.webhook_queue
                """
            let event = try #require(delivery.eventID)
            #expect(
                try await store.rows(row) == [
                    "\(delivery.id) \(subscription.id) \(event) order.created delivered 0 NULL NULL t"
                ])
            #expect(try await store.rows(Self.attempts) == ["1 204 12 NULL NULL"])
        }
    }

    @Test func `a retry that succeeds leaves the queue, and its retries stay counted`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe()
            let first = try await store.claimed(1)[0]
            try await store.record([store.attempt(first, of: subscription, status: 500)])
            let second = try await store.claimRetry(of: subscription)
            #expect(second.attempt == 2)
            let success = try store.attempt(second, of: subscription, status: 200)
            #expect(!success.isPlainSuccess)
            try await store.record([success])
            #expect(try await store.rows(Self.queue) == ["delivered 1 NULL t"])
            #expect(
                try await store.rows(Self.attempts) == ["1 500 12 'HTTP 500' 'thanks'", "2 200 12 NULL 'thanks'"])
            #expect(try await store.value("SELECT count(*)::text FROM martlet.waiting") == "0")
        }
    }

    @Test(arguments: [("23 hours 59 minutes", 1), ("24 hours 1 minute", 0)])
    func `a delivered delivery leaves the view after 24 hours, its attempt stays`(age: String, rows: Int) async throws {
        try await withStore { store in
            let subscription = try await store.subscribe()
            let delivery = try await store.claimed(1)[0]
            _ = try await store.recordDelivered([store.attempt(delivery, of: subscription, status: 200)])
            try await store.makePartition(of: "attempts", daysAgo: 2)
            try await store.run("UPDATE martlet.attempts SET id = martlet.id_floor(now() - interval '\(age)')")
            #expect(try await store.rows(Self.queue).count == rows)
            #expect(try await store.rows(Self.attempts).count == 1)
        }
    }

    @Test func `what cannot be text in the database is recorded without it`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe()
            let delivery = try await store.claimed(1)[0]
            let body: [UInt8] = [0x61, 0x00, 0xFF, 0x62]
            let attempt = try store.attempt(delivery, of: subscription, status: 200, responseBody: body)
            #expect(try await store.recordDelivered([attempt]) == 1)
            let recorded = try await store.value("SELECT response_body FROM martlet.webhook_deliveries")
            #expect(recorded == "a\u{FFFD}\u{FFFD}b")
        }
    }

    // MARK: Failure

    @Test func `a failure waits, never less than the schedule says, and counts a scheduled retry`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe()
            try await store.record([store.attempt(store.claimed(1)[0], of: subscription, status: 500)])
            for (retries, wait) in [(1, 30), (2, 120), (3, 480), (4, 1920), (5, 7200)] {
                let row = """
                    SELECT concat_ws(' ', status, retry_count, error_message, leased_until IS NULL,
                                     next_retry_at >= now() + interval '\(wait - 5) s' AND next_retry_at <= now() + interval '\(wait) s')
                    FROM martlet.webhook_queue
                    """
                #expect(try await store.rows(row) == ["retry \(retries) HTTP 500 t t"])
                if retries == 5 { break }
                let next = try await store.claimRetry(of: subscription)
                #expect(next.attempt == retries + 1)
                try await store.record([store.attempt(next, of: subscription, status: 500)])
            }
        }
    }

    @Test func `the wait is counted from the moment of recording, to the millisecond`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe()
            let delivery = try await store.claimed(1)[0]
            let attempt = try store.attempt(delivery, of: subscription, status: 503, retryAfter: "3600")
            // In a transaction, now() is the one of the statement that records.
            let wait = try await store.database.withTransaction { session in
                _ = try await session.execute(RecordAttempts(worker: TestStore.worker, attempts: [attempt]))
                return try await session.value("SELECT (next_retry_at - now())::text FROM martlet.waiting")
            }
            #expect(wait == "01:00:00")
        }
    }

    @Test func `after the last retry the delivery has failed and is due no more`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe(to: ["order.*"], maxRetries: 1)
            try await store.record([store.attempt(store.claimed(1)[0], of: subscription, status: nil)])
            let last = try await store.claimRetry(of: subscription)
            try await store.record([store.attempt(last, of: subscription, status: 404)])
            #expect(try await store.rows(Self.queue) == ["failed 1 'HTTP 404' t"])
            try await store.run("UPDATE martlet.lanes SET due_at = now(), lease_until = NULL, worker = NULL")
            #expect(try await store.claimLanes().isEmpty)
            #expect(try await store.rows(Self.attempts).count == 2)
        }
    }

    @Test func `a set may hold every outcome`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe()
            let once = try await store.subscribe(to: ["once"], maxRetries: 1)
            let claimed = try await store.claimed(3)
            try await store.dispatch("once")
            let both = try await store.claim()
            let exhausted = try #require(both.first { $0.subscriptionID == once.id })
            try await store.record([store.attempt(exhausted, of: once, status: 500)])
            let last = try await store.claimRetry(of: once)
            let test = try await store.queueTest(of: subscription)

            try await store.record([
                store.attempt(claimed[0], of: subscription, status: 200),
                store.attempt(claimed[1], of: subscription, status: 500),
                store.attempt(last, of: once, status: 500),
                store.attempt(test, of: subscription, status: 500),
                store.attempt(claimed[2], of: subscription, status: nil),
            ])
            let rows = """
                SELECT concat_ws(' ', id, status, retry_count, error_message) FROM martlet.webhook_queue
                WHERE id IN (\(claimed[0].id), \(claimed[1].id), \(last.id), \(test.id), \(claimed[2].id)) ORDER BY id
                """
            #expect(
                try await store.rows(rows) == [
                    "\(claimed[0].id) delivered 0", "\(claimed[1].id) retry 1 HTTP 500",
                    "\(claimed[2].id) retry 1 timed out after 10 s", "\(last.id) failed 1 HTTP 500",
                ])
            #expect(try await store.value("SELECT count(*)::text FROM martlet.attempts") == "6")
        }
    }

    @Test func `a test is logged and neither repeated nor kept`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe()
            let test = try await store.queueTest(of: subscription)
            try await store.record([store.attempt(test, of: subscription, status: 500)])
            #expect(try await store.rows(Self.queue).isEmpty)
            #expect(try await store.rows(Self.attempts) == ["1 500 12 'HTTP 500' 'thanks'"])
        }
    }

    // MARK: Fence

    @Test func `whoever lost the lease changes nothing and logs nothing`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe()
            let fast = try await store.claimed(1)[0]
            try await store.dispatch("order.created")
            let other = try await store.claim(as: TestStore.otherWorker)[0]
            try await store.record([store.attempt(other, of: subscription, status: 500)], as: TestStore.otherWorker)
            let before = try await store.rows(Self.state)

            // Held by the worker, recorded by the other one; and the other way round.
            let success = try store.attempt(fast, of: subscription, status: 200)
            #expect(try await store.recordDelivered([success], as: TestStore.otherWorker) == 0)
            for status in [200, 500, 410] {
                let attempt = try store.attempt(fast, of: subscription, status: status)
                #expect(try await store.record([attempt], as: TestStore.otherWorker).isEmpty)
            }
            #expect(try await store.rows(Self.state) == before)

            let retry = try await store.claimRetry(of: subscription)
            let leased = try await store.rows(Self.state)
            for status in [200, 500, 410] {
                let attempt = try store.attempt(retry, of: subscription, status: status)
                #expect(try await store.record([attempt], as: TestStore.otherWorker).isEmpty)
            }
            #expect(try await store.rows(Self.state) == leased)
        }
    }

    @Test func `what was sent under a lease that a crash undid is recorded, and goes out no second time`() async throws
    {
        try await withStore { store in
            let subscription = try await store.subscribe()
            let claimed = try await store.claimed(3)
            // As after a crash: a claim does not wait for the disk.
            let undone = GiveBackDeliveries(worker: TestStore.worker, deliveries: claimed.map(\.id))
            _ = try await store.database.execute(undone)
            #expect(try await store.recordDelivered([store.attempt(claimed[0], of: subscription, status: 200)]) == 1)
            try await store.record([
                store.attempt(claimed[1], of: subscription, status: 500),
                store.attempt(claimed[2], of: subscription, status: 200),
            ])
            #expect(try await store.claim().isEmpty)
            #expect(try await store.rows("SELECT status FROM martlet.waiting") == ["retry"])
            let delivered = "SELECT count(*)::text FROM martlet.attempts WHERE outcome = 'd'"
            #expect(try await store.value(delivered) == "2")
        }
    }

    @Test func `in a set, what another worker has taken meanwhile is not recorded`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe()
            let claimed = try await store.claimed(4)
            let lost = GiveBackDeliveries(worker: TestStore.worker, deliveries: [claimed[0].id, claimed[2].id])
            _ = try await store.database.execute(lost)
            #expect(try await store.claim(as: TestStore.otherWorker).count == 2)
            let plain = try claimed[..<2].map { try store.attempt($0, of: subscription, status: 200) }
            #expect(try await store.recordDelivered(plain) == 1)
            try await store.record(claimed[2...].map { try store.attempt($0, of: subscription, status: 500) })
            let logged = try await store.rows("SELECT queue_ids[1]::text FROM martlet.webhook_deliveries ORDER BY 1")
            #expect(logged == [claimed[1], claimed[3]].map { "\($0.id)" })
        }
    }

    /// Everything that recording may change.
    private static let state = """
        SELECT concat_ws(' ', 'pending', id, worker, lease_until) FROM martlet.pending
        UNION ALL
        SELECT concat_ws(' ', 'waiting', id, worker, lease_until, status, retry_count, next_retry_at) FROM martlet.waiting
        UNION ALL SELECT concat_ws(' ', 'attempt', id) FROM martlet.attempts
        UNION ALL SELECT concat_ws(' ', 'event', id) FROM martlet.events
        UNION ALL
        SELECT concat_ws(' ', 'subscription', id, active, failure_count, version) FROM martlet.subscriptions
        ORDER BY 1
        """
}
