import GatewayCrypto
import Postgres
import Testing
import WebhookStore

struct KeyStoreTests {
    @Test func `a key is found by what it is, and by nothing else`() async throws {
        try await withStore { store in
            let keys = KeyStore(store.database)
            let (key, stored) = try await keys.create(name: "CI", role: .viewer, tenant: "acme")
            #expect(stored.name == "CI")
            #expect(stored.role == .viewer)
            #expect(stored.tenant == "acme")
            #expect(key.hasPrefix(stored.prefix))
            #expect(key.count > stored.prefix.count + 30)
            #expect(try await keys.find(key) == stored)
            for wrong in ["", String(key.dropLast()), key + "x", key.uppercased(), stored.prefix] {
                #expect(try await keys.find(wrong) == nil)
            }
        }
    }

    @Test func `only a hash of a key is stored`() async throws {
        try await withStore { store in
            let (key, _) = try await KeyStore(store.database).create(name: "CI", role: .admin, tenant: nil)
            let row = try #require(try await store.value("SELECT k::text FROM martlet.api_keys AS k"))
            #expect(row.contains(Hex.encode(SHA256.hash(Array(key.utf8)))))
            #expect(!row.contains(key))
            #expect(!row.contains(Hex.encode(Array(key.utf8))))
        }
    }

    @Test func `two keys are never the same`() async throws {
        try await withStore { store in
            var made: Set<String> = []
            for _ in 0..<20 {
                made.insert(try await KeyStore(store.database).create(name: "k", role: .admin, tenant: nil).key)
            }
            #expect(made.count == 20)
        }
    }

    @Test func `keys are listed in pages, those of a tenant or all`() async throws {
        try await withStore { store in
            let keys = KeyStore(store.database)
            var made: [APIKey] = []
            for tenant in ["acme", nil, "other", "acme"] {
                made.append(try await keys.create(name: "k", role: .publisher, tenant: tenant).stored)
            }
            #expect(try await keys.list(tenant: nil, after: nil, limit: 10) == made)
            #expect(try await keys.list(tenant: nil, after: made[1].id, limit: 1) == [made[2]])
            #expect(try await keys.list(tenant: "acme", after: nil, limit: 10) == [made[0], made[3]])
        }
    }

    @Test func `a deleted key is found no more, and a tenant deletes only its own`() async throws {
        try await withStore { store in
            let keys = KeyStore(store.database)
            let (key, stored) = try await keys.create(name: "k", role: .publisher, tenant: "acme")
            #expect(try await !keys.delete(stored.id, tenant: "other"))
            #expect(try await keys.find(key) == stored)
            #expect(try await keys.delete(stored.id, tenant: "acme"))
            #expect(try await keys.find(key) == nil)
            #expect(try await !keys.delete(stored.id, tenant: nil))
        }
    }

    @Test func `every change of the keys is announced`() async throws {
        try await withStore { store in
            let events = store.database.listen(["martlet_keys"])
            for await event in events {
                #expect(event == .gap)
                break
            }
            let keys = KeyStore(store.database)
            let (_, stored) = try await keys.create(name: "k", role: .publisher, tenant: nil)
            #expect(try await keys.delete(stored.id, tenant: nil))
            var count = 0
            for await event in events {
                #expect(event == .notification(channel: "martlet_keys", payload: ""))
                count += 1
                if count == 2 { break }
            }
            #expect(count == 2)
        }
    }
}
