import GatewayCrypto
import Testing
import WebhookCore
import WebhookStore

struct SourceStoreTests {
    private static func store(_ store: TestStore) throws -> SourceStore {
        SourceStore(store.database, vault: SecretVault(try SecretBox(masterKeys: [TestStore.masterKey])))
    }

    @Test func `a source comes back as it was stored, every setting of it`() async throws {
        try await withStore { store in
            let sources = try Self.store(store)
            var draft = SourceDraft()
            draft.name = "erp"
            draft.scheme = "hmac-hex"
            draft.isActive = false
            draft.signatureHeader = "X-Mac"
            draft.signaturePrefix = "mac=\""
            draft.typeHeader = "X-Type"
            draft.typeMember = "kind"
            draft.idHeader = "X-Id"
            let settings = try draft.settings()
            let created = try #require(try await sources.create(settings, secrets: [], tenant: "default"))
            #expect(created.settings == settings)
            #expect(try await sources.find(settings.name, tenant: "default")?.settings == settings)
            #expect(try sources.secrets(of: created).isEmpty)
        }
    }

    @Test func `secrets come back to whoever verifies, and stand nowhere in clear`() async throws {
        try await withStore { store in
            let sources = try Self.store(store)
            let source = try await SourceFixture.create("gh", in: sources)
            #expect(try sources.secrets(of: source).map(\.text) == SourceFixture.secrets)
            #expect(source.secretCount == 2)
            let rows = try await store.rows(
                "SELECT everything::text || encode(secrets, 'escape') FROM martlet.sources AS everything")
            let text = rows.compactMap { $0 }.joined().lowercased()
            #expect(text.contains("gh"))
            for secret in SourceFixture.secrets {
                #expect(!text.contains(secret))
                #expect(!text.contains(Hex.encode(Array(secret.utf8))))
            }
        }
    }

    @Test func `sealed secrets do not open in another source`() async throws {
        try await withStore { store in
            let sources = try Self.store(store)
            let first = try await SourceFixture.create("a", in: sources)
            let second = try await SourceFixture.create("b", in: sources)
            try await store.run(
                """
                UPDATE martlet.sources
                SET secrets = (SELECT secrets FROM martlet.sources WHERE id = \(first.id)) WHERE id = \(second.id)
                """)
            let copied = try #require(try await sources.find(second.settings.name, tenant: nil))
            #expect(throws: SecretBoxError.notAuthentic) { try sources.secrets(of: copied) }
        }
    }

    @Test func `a name is taken for every tenant, and found in its own`() async throws {
        try await withStore { store in
            let sources = try Self.store(store)
            let source = try await SourceFixture.create("gh", in: sources)
            #expect(try await sources.create(source.settings, secrets: [], tenant: "acme") == nil)
            #expect(try await sources.find(source.settings.name, tenant: "acme") == nil)
            #expect(try await sources.list(tenant: "acme", after: nil, limit: 9).isEmpty)
            #expect(try await !sources.delete(source.settings.name, tenant: "acme"))
        }
    }

    @Test func `of two changes of one version the second does nothing`() async throws {
        try await withStore { store in
            let sources = try Self.store(store)
            let source = try await SourceFixture.create("gh", in: sources)
            #expect(try await sources.update(source, to: source.settings, secrets: nil)?.secretCount == 2)
            #expect(try await sources.update(source, to: source.settings, secrets: []) == nil)
        }
    }
}

/// A source of a test.
enum SourceFixture {
    static let secrets = ["open-sesame-1", "open-sesame-2"]

    static func create(_ name: String, in store: SourceStore) async throws -> StoredSource {
        var draft = SourceDraft()
        draft.name = name
        draft.scheme = "github"
        let settings = try draft.settings()
        let secrets = try secrets.map { try SourceSecret($0, for: .github) }
        return try #require(try await store.create(settings, secrets: secrets, tenant: "default"))
    }
}
