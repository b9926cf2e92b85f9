import Postgres
import Testing
import WebhookCore
import WebhookStore

struct IdempotencyTests {
    @Test func `a key seen before returns the first event and sends nothing`() async throws {
        try await withStore { store in
            _ = try await store.subscribe()
            let first = try await store.dispatch("order.created", "1", key: "k")
            let second = try await store.dispatch("order.updated", "2", key: "k")
            #expect(first == second)
            #expect(try await store.claim().map(\.data) == [Array("1".utf8)])
        }
    }

    @Test func `also within one transaction`() async throws {
        try await withStore { store in
            _ = try await store.subscribe()
            let ids = try await store.database.withTransaction { session in
                let first = try await session.value("SELECT martlet.dispatch('order.created', '1', 'k')::text")
                let second = try await session.value("SELECT martlet.dispatch('order.created', '2', 'k')::text")
                return [first, second]
            }
            #expect(ids[0] != nil)
            #expect(ids[0] == ids[1])
            #expect(try await store.claim().count == 1)
        }
    }

    @Test func `a key belongs to its tenant, and a rolled back one was never seen`() async throws {
        try await withStore { store in
            _ = try await store.subscribe()
            _ = try await store.subscribe(tenant: "other")
            try await store.run("BEGIN; SELECT martlet.dispatch('a', '0', 'k'); ROLLBACK")
            let first = try await store.dispatch("a", "1", key: "k")
            let other = try await store.dispatch("a", "2", key: "k", tenant: "other")
            #expect(first != other)
            #expect(try await store.claim().map(\.data) == [Array("1".utf8), Array("2".utf8)])
        }
    }

    @Test func `of two sessions with one key at the same time, the second waits and gets the first one's event`()
        async throws
    {
        try await withStore { store in
            _ = try await store.subscribe()
            let first = try await store.database.withSession { session in
                try await session.script("BEGIN")
                let first = try await session.value("SELECT martlet.dispatch('a', '1', 'k')::text")
                async let second = store.dispatch("a", "2", key: "k")
                _ = try await session.waitUntilItBlocksSomebody()
                try await session.script("COMMIT")
                #expect(try await "\(second)" == first)
                return first
            }
            #expect(try await store.claim().compactMap(\.eventID).map { "\($0)" } == [first])
        }
    }

    @Test func `of many sessions with one key at the same time, one sends`() async throws {
        try await withStore { store in
            _ = try await store.subscribe()
            let ids = try await withThrowingTaskGroup { group in
                for number in 0..<20 {
                    group.addTask { try await store.dispatch("a", "\(number)", key: "k") }
                }
                return try await group.reduce(into: Set<EventID>()) { $0.insert($1) }
            }
            #expect(ids.count == 1)
            #expect(try await store.claim().map(\.eventID) == Array(ids))
        }
    }
}
