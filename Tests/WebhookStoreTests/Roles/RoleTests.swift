import GatewayCrypto
import JSONFilter
import Postgres
import Testing
import WebhookCore
import WebhookStore

struct RoleTests {
    // MARK: Publisher

    @Test func `a publisher dispatches and can do nothing else`() async throws {
        try await withStore { store in
            _ = try await store.subscribe()
            try await store.dispatch("order.created")
            try await withRole("martlet_publisher", of: store) { publisher in
                _ = try await publisher.execute(Query("SELECT martlet.dispatch('order.created', '{}', 'k')::text"))
                for relation in try await store.relations() {
                    let state = try await refusal {
                        _ = try await publisher.execute(Query("SELECT 1::text FROM \(relation)"))
                    }
                    #expect(state == .insufficientPrivilege, "\(relation)")
                }
            }
            #expect(try await store.changeable(by: "martlet_publisher").isEmpty)
            #expect(try await store.callable(by: "martlet_publisher") == Self.publisherFunctions)
            #expect(try await store.claim().count == 2)
        }
    }

    /// Its events, its event types, its tables; the rest is what `watch` and its triggers call.
    private static let publisherFunctions = [
        "dispatch", "dispatch_rows", "install_plugin", "is_event_name", "open_columns", "sensitive_columns", "unwatch",
        "watch", "watch_source",
    ]

    // MARK: Reader

    private static let views = [
        "webhook_deliveries", "webhook_events", "webhook_health", "webhook_queue", "webhook_stats",
        "webhook_subscriptions",
    ]

    @Test func `a reader reads the views and nothing else`() async throws {
        try await withStore { store in
            for profile in Profile.allCases {
                let subscription = try await store.subscribe(
                    to: ["\(profile.rawValue).*"], profile: profile,
                    headers: [HeaderField("Authorization", "Bearer xyz")])
                let delivery = try await store.claimed(1, name: "\(profile.rawValue).created")
                try await store.record([store.attempt(delivery[0], of: subscription, status: 200)])
            }
            try await withRole("martlet_reader", of: store) { reader in
                for relation in try await store.relations() {
                    let isView = Self.views.contains { relation == "martlet.\($0)" }
                    // Whole rows, so that every function of a view is called.
                    let query = "SELECT everything::text FROM \(relation) AS everything"
                    let state = try await refusal {
                        let rows = try await reader.execute(Query(query))
                        #expect(!rows.contains { $0?.contains("xyz") ?? false }, "\(relation)")
                    }
                    #expect(state == (isView ? nil : .insufficientPrivilege), "\(relation)")
                }
                let sent = try await reader.execute(Query("SELECT request_payload FROM martlet.webhook_deliveries"))
                #expect(sent.count == 3)
                #expect(!sent.contains(nil))
            }
            #expect(try await store.changeable(by: "martlet_reader").isEmpty)
        }
    }

    @Test func `no view has a column that holds a secret`() async throws {
        try await withStore { store in
            let columns = try await store.rows(
                """
                SELECT table_name || '.' || column_name FROM information_schema.columns
                WHERE table_schema = 'martlet' AND table_name LIKE 'webhook\\_%'
                  AND (data_type = 'bytea' OR column_name LIKE '%secret%' OR column_name LIKE '%sealed%')
                """)
            #expect(columns.isEmpty)
        }
    }

    // MARK: Ingest

    @Test func `the role of ingest-server does all that ingest-server does`() async throws {
        try await withStore { administrator in
            try await withRole("martlet_ingest", of: administrator) { database in
                let store = try TestStore(url: administrator.url, database: database)
                #expect(try await Migrator(database).schemaAge() == .current)
                _ = try await SensitiveKeywordStore(database).add(["iban"])

                let created = try await store.subscribe(headers: [HeaderField("Authorization", "Bearer xyz")])
                #expect(try await store.subscriptions.list(tenant: "default", after: nil, limit: 10).count == 1)
                var settings = created.settings
                settings.name = "Renamed"
                let updated = try #require(
                    try await store.subscriptions.update(created, to: settings, secret: nil))
                let rotated = try #require(
                    try await store.subscriptions.rotateSecret(
                        of: updated, to: TestStore.secret(for: .standard, seed: 9), overlap: .seconds(3_600)))
                #expect(try await store.deactivate(rotated))
                #expect(try await store.activate(rotated))

                let event = try await Self.recordEvent(on: database)
                let found = try #require(try await EventStore(database).find(event, tenant: "default"))
                #expect(found.deliveries.map(\.status) == ["pending"])
                #expect(try await EventStore(database).list(tenant: "default", before: nil, limit: 10).count == 1)
                #expect(try await AttemptStore(database).attempts(of: found.deliveries[0].id).isEmpty)
                let listed = try await store.deliveries.list(DeliveryFilter(), tenant: "default", after: nil, limit: 9)
                let delivery = try #require(listed.deliveries.first?.id)
                #expect(try await store.deliveries.find(delivery, tenant: "default") != nil)
                #expect(try await store.deliveries.attempts(of: delivery, tenant: "default").isEmpty)
                #expect(try await store.deliveries.retry(delivery, tenant: "default") == .queued(delivery))
                let replay = try await store.startedReplay(rotated)
                #expect(try await store.replays.cancel(replay.id, tenant: "default"))

                let registry = RegistryStore(database)
                let manifest = try PluginManifest(
                    name: "shop", JSONValue(parsing: Array(#"{"content_tables": ["a"]}"#.utf8)))
                #expect(try await registry.install(manifest) == 3)
                let type = RegisteredEventType.Key(plugin: "shop", event: "item.a.created")
                #expect(try await registry.describe(type, as: "new"))
                #expect(try await registry.find(type)?.description == "new")

                let sources = SourceStore(
                    database, vault: SecretVault(try SecretBox(masterKeys: [TestStore.masterKey])))
                let source = try await SourceFixture.create("gh", in: sources)
                #expect(try await sources.find(source.settings.name, tenant: nil)?.id == source.id)
                #expect(try await sources.list(tenant: "default", after: nil, limit: 9).count == 1)
                #expect(try await sources.update(source, to: source.settings, secrets: []) != nil)
                #expect(try await sources.delete(source.settings.name, tenant: "default"))

                let keys = KeyStore(database)
                let key = try await keys.create(name: "CI", role: .publisher, tenant: nil)
                #expect(try await keys.find(key.key) == key.stored)
                #expect(try await keys.list(tenant: nil, after: nil, limit: 10) == [key.stored])
                #expect(try await keys.delete(key.stored.id, tenant: nil))

                let tables = TableStore(database)
                let table = try await tables.create(
                    title: "T", name: nil, base: "t", isPublic: false, document: TableDocument(), tenant: "default"
                ).table
                let pushes = PushStore(
                    database, vault: SecretVault(try SecretBox(masterKeys: [TestStore.masterKey])))
                let secret = TableSecret(SecureRandom.text(TableSecret.characterCount))
                #expect(try await pushes.setSecret(secret, of: table.id, tenant: "default"))
                guard case .known(let known) = try await pushes.secret(of: table.id) else {
                    Issue.record("no secret")
                    return
                }
                let push = try TablePush(Array(#"{"append": [["a"]], "idempotency_key": "k"}"#.utf8))
                _ = try await pushes.store(push, to: table.id, signedWith: known)
                let changes = try TableChanges(Array(#"{"title": "U", "data": {}}"#.utf8))
                _ = try await tables.change(table.id, changes, tenant: "default")
                #expect(try await tables.document(table.id, tenant: "default")?.table.version == 3)
                #expect(try await tables.delete(table.id, tenant: "default"))

                for view in Self.views {
                    _ = try await database.execute(
                        Query("SELECT everything::text FROM martlet.\(view) AS everything"))
                }
                #expect(try await store.subscriptions.delete(created.id, tenant: "default"))
            }
        }
    }

    @Test func `the role of ingest-server sends tests`() async throws {
        try await withStore { administrator in
            try await withRole("martlet_ingest", of: administrator) { database in
                let store = try TestStore(url: administrator.url, database: database)
                let subscription = try await store.subscribe()
                let dispatcher = TestDispatcher(database)
                async let outcome = dispatcher.test(
                    subscription, event: .ping, data: Array("{}".utf8), statementDeadline: .seconds(5))
                let delivery = try await administrator.claimTest()
                let attempt = try administrator.attempt(delivery, of: subscription, status: 204)
                try await administrator.record([attempt])
                dispatcher.recorded(delivery.id)
                #expect(try await outcome?.statusCode == 204)
                #expect(try await outcome?.isDelivered == true)
            }
        }
    }

    private static func recordEvent(on database: PostgresClient) async throws -> EventID {
        let recorder = EventRecorder(database, deadline: .seconds(5))
        let event = Event(
            name: EventName(stored: "order.created"), tenant: "default", data: Array("{}".utf8), idempotencyKey: "k",
            occurredAt: nil)
        return try #require(try await recorder.record([event]).first).id
    }

    @Test func `the role of ingest-server changes configuration, and the queue only through functions`() async throws {
        try await withStore { store in
            let changeable = try await store.changeable(by: "martlet_ingest")
            #expect(
                changeable == [
                    "martlet.api_keys", "martlet.sensitive_keywords", "martlet.settings", "martlet.sources",
                    "martlet.subscriptions",
                ])
            let callable = try await store.callable(by: "martlet_ingest")
            for function in [
                "claim_pending", "claim_lanes", "record_attempts", "record_delivered", "tend", "expire",
                "drop_old_partition",
            ] {
                #expect(!callable.contains(function))
            }
        }
    }

    // MARK: Worker

    @Test func `the role of delivery-worker does all that delivery-worker does`() async throws {
        try await withStore { administrator in
            let subscription = try await administrator.subscribe()
            let slow = try await administrator.subscribe(to: ["slow.*"])
            try await withRole("martlet_worker", of: administrator) { database in
                let store = try TestStore(url: administrator.url, database: database)
                #expect(try await Migrator(database).schemaAge() == .current)
                #expect(try await store.current(subscription)?.id == subscription.id)
                try await database.withSession { session in
                    let registered = try await session.execute(RegisterWorker(name: "host", userAgent: "Martlet/test"))
                    let worker = try #require(registered.first)
                    _ = try await session.execute(TendQueue(worker: worker))
                    _ = try await database.execute(SampleHorizon())

                    for _ in 0..<3 { try await administrator.dispatch("order.created") }
                    try await administrator.dispatch("slow.created")
                    let all = try await store.claim(as: worker)
                    let claimed = all.filter { $0.subscriptionID == subscription.id }
                    #expect(all.count == 5)
                    let success = try store.attempt(claimed[0], of: subscription, status: 200)
                    #expect(try await store.recordDelivered([success], as: worker) == 1)
                    try await store.record([store.attempt(claimed[1], of: subscription, status: 500)], as: worker)
                    let parked = ParkDeliveries(worker: worker, deliveries: [claimed[2].id])
                    #expect(try await database.execute(parked) == [1])
                    let rest = all.map(\.id).filter { id in !claimed.prefix(3).contains { $0.id == id } }
                    _ = try await database.execute(GiveBackDeliveries(worker: worker, deliveries: rest))
                    let diverted = DivertSubscription(subscription: slow.id, limit: 10)
                    #expect(try await database.execute(diverted) == [1])

                    let lane = try await store.claimLanes(as: worker)
                    #expect(Set(lane.map(\.subscriptionID)) == [subscription.id, slow.id])
                    try await store.releaseLanes(subscription, slow, as: worker)
                    try await store.maintain()
                    _ = try await database.execute(AdvanceReplays(rowsMax: 10))
                    _ = try await database.execute(RollUpAttempts(limit: 100))
                    #expect(try await session.execute(ResumeWorker(worker: worker)) == [true])
                    _ = try await database.execute(RetireWorker(worker: worker))
                }
            }
        }
    }

    @Test func `the role of delivery-worker changes nothing but through functions`() async throws {
        try await withStore { store in
            #expect(try await store.changeable(by: "martlet_worker").isEmpty)
            let callable = try await store.callable(by: "martlet_worker")
            for function in ["dispatch", "dispatch_many", "delete_subscription", "clock_is_steady", "release_leases"] {
                #expect(!callable.contains(function))
            }
        }
    }
}
