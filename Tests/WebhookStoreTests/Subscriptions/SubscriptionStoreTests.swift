import GatewayCrypto
import Postgres
import Testing
import WebhookCore
import WebhookStore

struct SubscriptionStoreTests {
    @Test func `settings come back as they were saved`() async throws {
        try await withStore { store in
            var draft = TestStore.draft(
                events: ["order.*", "user.created"], profile: .mautic, queueMode: .queued,
                headers: [HeaderField("X-Site", "käse"), HeaderField("X-Empty", "")], maxRetries: 7)
            draft.name = "Ünïcode 'quoted'"
            draft.eventOrder = "reverse"
            draft.batchSize = 1_000
            draft.batchInterval = .seconds(90)
            draft.timeout = .seconds(30)
            draft.concurrency = 3
            let settings = try TestStore.settings(draft)
            let created = try await store.subscriptions.create(
                settings, secret: TestStore.secret(for: .mautic), tenant: "acme")
            #expect(created.settings == settings)
            #expect(created.isActive)
            #expect(created.failureCount == 0)
            #expect(created.version == 1)

            let found = try #require(try await store.subscriptions.find(created.id, tenant: "acme"))
            #expect(found.settings == settings)
            #expect(found.tenant == "acme")
            #expect(found.createdAt == created.createdAt)
        }
    }

    @Test func `a subscription is not found beyond its tenant`() async throws {
        try await withStore { store in
            let created = try await store.subscribe(tenant: "acme")
            #expect(try await store.subscriptions.find(created.id, tenant: "other")?.id == nil)
            let another = try await store.subscribe()
            let missing = SubscriptionID(rawValue: another.id.rawValue + 1)
            let found = try await store.subscriptions.find([missing, another.id, created.id])
            #expect(Set(found.map(\.id)) == [created.id, another.id])
            #expect(try await !store.subscriptions.delete(created.id, tenant: "other"))
            #expect(try await !store.subscriptions.activate(created.id, tenant: "other"))
            #expect(try await !store.subscriptions.deactivate(created.id, tenant: "other", reason: "x"))
            #expect(try await store.current(created)?.isActive == true)
        }
    }

    @Test func `the list is in pages, in order, of one tenant`() async throws {
        try await withStore { store in
            var ids: [SubscriptionID] = []
            for _ in 0..<3 {
                ids.append(try await store.subscribe().id)
                _ = try await store.subscribe(tenant: "other")
            }
            let first = try await store.subscriptions.list(tenant: "default", after: nil, limit: 2)
            #expect(first.map(\.id) == Array(ids[..<2]))
            let second = try await store.subscriptions.list(tenant: "default", after: ids[1], limit: 2)
            #expect(second.map(\.id) == [ids[2]])
        }
    }

    @Test func `a change makes a version, and one that was based on an older version is refused`() async throws {
        try await withStore { store in
            let created = try await store.subscribe()
            var settings = created.settings
            settings.name = "Second"
            let second = try #require(try await store.subscriptions.update(created, to: settings, secret: nil))
            #expect(second.version == 2)
            settings.name = "Third"
            let late = try await store.subscriptions.update(created, to: settings, secret: nil)
            #expect(late?.id == nil)
            let lateSecret = TestStore.secret(for: .standard, seed: 9)
            let rotated = try await store.subscriptions.rotateSecret(of: created, to: lateSecret, overlap: nil)
            #expect(rotated?.id == nil)
            #expect(try await store.current(created)?.settings.name == "Second")
            #expect(try store.subscriptions.secret(of: second) == TestStore.secret(for: .standard))
        }
    }

    @Test func `counting failures makes no version, so that workers keep what they have`() async throws {
        try await withStore { store in
            let created = try await store.subscribe()
            try await store.deliver(statuses: [500, 500, 200, 500], to: created)
            let current = try #require(try await store.current(created))
            #expect(current.failureCount == 1)
            #expect(current.version == created.version)
        }
    }

    @Test func `workers are told of every change by the subscription's id`() async throws {
        try await withStore { store in
            let events = store.database.listen(["martlet_subscriptions"])
            for await event in events {
                #expect(event == .gap)
                break
            }
            let created = try await store.subscribe()
            var settings = created.settings
            settings.name = "Renamed"
            _ = try await store.subscriptions.update(created, to: settings, secret: nil)
            #expect(try await store.deactivate(created))
            #expect(try await store.subscriptions.delete(created.id, tenant: "default"))
            var count = 0
            for await event in events {
                #expect(event == .notification(channel: "martlet_subscriptions", payload: "\(created.id)"))
                count += 1
                if count == 4 { break }
            }
            #expect(count == 4)
        }
    }

    @Test func `deleting cancels what waits, and the history stays`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe()
            let other = try await store.subscribe(to: ["other"])
            try await store.deliver(statuses: [200, 500], to: subscription)
            try await store.dispatch("order.created")
            try await store.dispatch("other")
            let inTheAir = try await store.claim().filter { $0.subscriptionID == subscription.id }

            #expect(try await store.subscriptions.delete(subscription.id, tenant: "default"))
            #expect(try await !store.subscriptions.delete(subscription.id, tenant: "default"))
            let waiting = try await store.rows(
                """
                SELECT DISTINCT subscription_id::text FROM martlet.webhook_queue WHERE status <> 'delivered'
                UNION SELECT subscription_id::text FROM martlet.lanes
                UNION SELECT subscription_id::text FROM martlet.routes
                """)
            #expect(waiting.filter { $0 != "\(other.id)" }.isEmpty)
            // Its outcome comes too late.
            try await store.record([store.attempt(inTheAir[0], of: subscription, status: 500)])
            #expect(try await store.value("SELECT count(*)::text FROM martlet.waiting") == "0")
            #expect(try await store.value("SELECT count(*)::text FROM martlet.webhook_deliveries") == "2")
            #expect(try await store.value("SELECT count(*)::text FROM martlet.events") == "4")
        }
    }

    @Test func `a subscription that comes while the default mode changes gets the new one`() async throws {
        try await withStore { store in
            try await store.database.withSession { session in
                try await session.script(
                    "BEGIN; UPDATE martlet.settings SET value = 'queued' WHERE name = 'queue_mode'")
                async let subscription = store.subscribe()
                _ = try await session.waitUntilItBlocksSomebody()
                try await session.script("COMMIT")
                _ = try await subscription
            }
            #expect(try await store.rows("SELECT lane::text FROM martlet.routes") == ["1"])
        }
    }

    @Test func `deactivating keeps the first reason, and activating what is active is no change for what waits`()
        async throws
    {
        try await withStore { store in
            let subscription = try await store.subscribe()
            try await store.deliver(statuses: [500], to: subscription)
            #expect(try await store.activate(subscription))
            #expect(try await store.current(subscription)?.failureCount == 0)
            let due = try await store.value(
                "SELECT (next_retry_at > now() + interval '20 s')::text FROM martlet.waiting")
            #expect(due == "true")

            #expect(try await store.deactivate(subscription))
            #expect(try await store.subscriptions.deactivate(subscription.id, tenant: "default", reason: "again"))
            #expect(try await store.current(subscription)?.disabledReason == "switched off by a test")
        }
    }
}
