import Postgres
import Testing
import WebhookCore
import WebhookStore

struct EventStoreTests {
    @Test func `events are listed newest first, in pages, of one tenant`() async throws {
        try await withStore { store in
            var ids: [EventID] = []
            for number in 0..<3 {
                ids.append(try await store.dispatch("order.created", "\(number)"))
                try await store.dispatch("order.created", tenant: "other")
            }
            let events = EventStore(store.database)
            let first = try await events.list(tenant: "default", before: nil, limit: 2)
            #expect(first.map(\.id) == [ids[2], ids[1]])
            #expect(first.map(\.data) == [nil, nil])
            #expect(try await events.find(ids[2], tenant: "default")?.event.data == Array("2".utf8))
            #expect(first[0].createdAt == ids[2].time)
            #expect(try await events.list(tenant: "default", before: ids[1], limit: 2).map(\.id) == [ids[0]])
        }
    }

    @Test func `an event is found with its deliveries, wherever they stand, and only within its tenant`() async throws {
        try await withStore { store in
            let waits = try await store.subscribe(queueMode: .queued)
            let fails = try await store.subscribe()
            let succeeds = try await store.subscribe()
            let pends = try await store.subscribe()
            let event = try await store.dispatch("order.created")
            try await store.dispatch("order.created")
            for delivery in try await store.claim() where delivery.eventID == event {
                if delivery.subscriptionID == fails.id {
                    try await store.record([store.attempt(delivery, of: fails, status: 500)])
                } else if delivery.subscriptionID == succeeds.id {
                    _ = try await store.recordDelivered([store.attempt(delivery, of: succeeds, status: 200)])
                }
            }
            let found = try #require(try await EventStore(store.database).find(event, tenant: "default"))
            #expect(found.event.name == "order.created")
            var statuses: [SubscriptionID: String] = [:]
            for delivery in found.deliveries { statuses[delivery.subscriptionID] = delivery.status }
            #expect(found.deliveries.count == 4)
            #expect(
                statuses == [
                    waits.id: "pending", fails.id: "retry", succeeds.id: "delivered", pends.id: "pending",
                ])
            let other = try await EventStore(store.database).find(event, tenant: "other")
            #expect(other?.event == nil)
        }
    }

    @Test func `an event is shown with what was sent again of it, wherever that stands`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe()
            let original = try await store.claimed(1)[0]
            let event = try #require(original.eventID)
            _ = try await store.recordDelivered([store.attempt(original, of: subscription, status: 200)])
            try await store.untilLaterMillisecond()
            func deliveries() async throws -> [QueuedDelivery] {
                try await EventStore(store.database).find(event, tenant: "default")?.deliveries ?? []
            }
            guard case .queued(let again) = try await store.deliveries.retry(original.id, tenant: "default") else {
                Issue.record("not queued")
                return
            }
            #expect(try await deliveries().map(\.id) == [original.id, again])
            #expect(try await deliveries().map(\.status) == ["delivered", "pending"])
            try await store.deliverLanes(of: subscription)
            #expect(try await deliveries().map(\.id) == [original.id, again])
            #expect(try await deliveries().map(\.status) == ["delivered", "delivered"])

            // In a batch with another event.
            let other = try await store.dispatch("other.event")
            try await store.run(
                """
                INSERT INTO martlet.attempts (
                    id, delivery_id, sent_at, subscription_id, version, duration_ms, worker, attempt, response_code,
                    outcome, tenant, signature, queue_ids, event_ids)
                SELECT batch, batch, now(), \(subscription.id), 1, 5, 1, 1, 200, 'd', 'default', 's',
                       ARRAY[batch - 2, batch - 1], ARRAY[\(other), \(event)]
                FROM martlet.new_id(martlet.id_floor(clock_timestamp())) AS batch
                """)
            #expect(try await deliveries().count == 3)
            #expect(try await deliveries().map(\.status) == ["delivered", "delivered", "delivered"])
        }
    }

    @Test func `the attempts of a delivery come in order, those of a batch with it included`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe()
            let claimed = try await store.claimed(2)
            try await store.record([
                store.attempt(claimed[0], of: subscription, status: 500),
                store.attempt(claimed[1], of: subscription, status: 500),
            ])
            let retry = try await store.claimRetry(of: subscription)
            try await store.record([store.attempt(retry, of: subscription, status: 200)])
            try await store.run(
                """
                INSERT INTO martlet.attempts (
                    id, delivery_id, sent_at, subscription_id, version, duration_ms, worker, attempt, outcome, tenant,
                    signature, queue_ids)
                VALUES (martlet.id_floor(clock_timestamp() + interval '1 s'), \(retry.id.rawValue + 5_000_000), now(),
                        \(subscription.id), 1, 7, 1, 3, 'f', 'default', 's', ARRAY[1, \(retry.id)])
                """)
            let attempts = try await AttemptStore(store.database).attempts(of: retry.id)
            #expect(attempts.map(\.number) == [1, 2, 3])
            #expect(attempts.map(\.responseCode) == [500, 200, nil])
            #expect(attempts.map(\.error) == ["HTTP 500", nil, nil])
        }
    }
}
