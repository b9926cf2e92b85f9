import GatewayCrypto
import Postgres
import Testing
import WebhookCore
import WebhookStore

struct SecretsAtRestTests {
    private static let authorization = HeaderField("Authorization", "Bearer open-sesame-4711")

    /// Every value of every row of the schema, as text; binary ones in hexadecimal.
    private static func everything(in store: TestStore) async throws -> String {
        var text = ""
        for relation in try await store.relations() {
            text += try await store.rows("SELECT everything::text FROM \(relation) AS everything")
                .compactMap { $0 }.joined(separator: "\n")
        }
        return text.lowercased()
    }

    @Test(arguments: Profile.allCases)
    func `no column of any table shows a secret or a header that is a credential`(profile: Profile) async throws {
        try await withStore { store in
            let secret = TestStore.secret(for: profile)
            let created = try await store.subscribe(profile: profile, headers: [Self.authorization])
            _ = try await store.subscriptions.rotateSecret(
                of: created, to: TestStore.secret(for: profile, seed: 9), overlap: .seconds(60))
            try await store.deliver(statuses: [200, 500], to: created)
            let stored = try await Self.everything(in: store)
            #expect(stored.contains("receiver.example"))
            for hidden in [secret, TestStore.secret(for: profile, seed: 9)] {
                #expect(!stored.contains(hidden.text.lowercased()))
                #expect(!stored.contains(Hex.encode(Array(hidden.text.utf8))))
                #expect(!stored.contains(Hex.encode(hidden.key)))
            }
            #expect(!stored.contains(Self.authorization.value.lowercased()))
            #expect(!stored.contains(Hex.encode(Array(Self.authorization.value.utf8))))
        }
    }

    @Test func `two subscriptions with the same secret are sealed differently`() async throws {
        try await withStore { store in
            for _ in 0..<2 { _ = try await store.subscribe() }
            #expect(try await store.value("SELECT count(DISTINCT secret)::text FROM martlet.subscriptions") == "2")
        }
    }

    @Test func `a sealed secret does not open in another subscription`() async throws {
        try await withStore { store in
            let first = try await store.subscribe()
            let second = try await store.subscribe()
            try await store.run(
                """
                UPDATE martlet.subscriptions
                SET secret = (SELECT secret FROM martlet.subscriptions WHERE id = \(first.id)) WHERE id = \(second.id)
                """)
            let copied = try #require(try await store.current(second))
            #expect(throws: SecretBoxError.notAuthentic) { try store.subscriptions.secret(of: copied) }
        }
    }

    @Test func `a wrong master key is named as such`() async throws {
        try await withStore { store in
            let created = try await store.subscribe(headers: [Self.authorization])
            let keyID = Hex.encode(Array(SHA256.hash(TestStore.masterKey).prefix(4)))
            let wrong = try TestStore(
                url: store.url, database: store.database, masterKeys: [[UInt8](repeating: 1, count: 32)])
            let error = SecretBoxError.unknownKey(keyID: keyID)
            #expect(throws: error) { try wrong.subscriptions.prepare(created, now: TestStore.now) }
            await #expect(throws: error) {
                try await wrong.subscriptions.update(created, to: created.settings, secret: nil)
            }
            #expect("\(error)" == "the secret was encrypted with master key \(keyID), which is not in the list")
        }
    }

    @Test func `with a new master key in front, old secrets open and new ones are sealed with it`() async throws {
        try await withStore { store in
            let old = try await store.subscribe()
            let newKey = [UInt8](repeating: 1, count: 32)
            let both = try TestStore(
                url: store.url, database: store.database, masterKeys: [newKey, TestStore.masterKey])
            #expect(try both.subscriptions.secret(of: old) == TestStore.secret(for: .standard))
            let new = try await both.subscribe()
            let onlyNew = try TestStore(url: store.url, database: store.database, masterKeys: [newKey])
            #expect(try onlyNew.subscriptions.secret(of: new) == TestStore.secret(for: .standard))
        }
    }

    // MARK: Headers

    @Test func `headers that are credentials are masked wherever they are shown, and sent as they are`() async throws {
        try await withStore { store in
            let headers = [HeaderField("X-Site", "one"), Self.authorization, HeaderField("x-api-KEY", "k")]
            let created = try await store.subscribe(headers: headers)
            let masked = [
                HeaderField("X-Site", "one"), HeaderField("Authorization", "***"), HeaderField("x-api-KEY", "***"),
            ]
            #expect(created.settings.customHeaders.fields == masked)
            #expect(try await store.current(created)?.settings.customHeaders.fields == masked)
            let prepared = try store.subscriptions.prepare(created, now: TestStore.now)
            #expect(prepared.settings.customHeaders.fields == headers)
        }
    }

    @Test func `a masked value that comes back keeps what there is, another one replaces it`() async throws {
        try await withStore { store in
            let created = try await store.subscribe(
                headers: [Self.authorization, HeaderField("X-Token", "first"), HeaderField("X-Key", "gone")])
            var settings = created.settings
            // Names ignore case, and the order is the new one.
            settings.customHeaders = CustomHeaders(
                stored: [
                    HeaderField("X-Token", "second"), HeaderField("authorization", SealedHeaders.mask),
                    HeaderField("X-Site", "***"),
                ])
            let updated = try #require(try await store.subscriptions.update(created, to: settings, secret: nil))
            #expect(updated.settings.customHeaders.fields.map(\.value) == ["***", "***", "***"])
            let sent = try store.subscriptions.prepare(updated, now: TestStore.now).settings.customHeaders.fields
            #expect(
                sent == [
                    HeaderField("X-Token", "second"), HeaderField("authorization", Self.authorization.value),
                    HeaderField("X-Site", "***"),
                ])
        }
    }

    @Test func `without a credential nothing is sealed`() async throws {
        try await withStore { store in
            let created = try await store.subscribe(headers: [Self.authorization])
            var settings = created.settings
            settings.customHeaders = CustomHeaders(stored: [HeaderField("X-Site", "one")])
            _ = try await store.subscriptions.update(created, to: settings, secret: nil)
            #expect(try await store.value("SELECT (sealed_headers IS NULL)::text FROM martlet.subscriptions") == "true")
        }
    }
}
