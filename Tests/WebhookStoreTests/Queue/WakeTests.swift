import Postgres
import Testing
import WebhookCore

@testable import WebhookStore

struct WakeTests {
    /// Lends `body` a function that returns how many notifications came since it was called last.
    private static func withNotifications(
        of store: TestStore, _ body: (_ received: () async throws -> Int) async throws -> Void
    ) async throws {
        let events = store.database.listen(["martlet_work", "test_end"])
        // The first element says that the channels are listened to.
        for await event in events {
            #expect(event == .gap)
            break
        }
        try await body {
            // A notification of our own, behind all others.
            try await store.run("NOTIFY test_end")
            var count = 0
            for await event in events {
                if event == .notification(channel: "test_end", payload: "") { break }
                count += 1
            }
            return count
        }
    }

    @Test func `while nobody sleeps, nobody is notified`() async throws {
        try await withStore { store in
            try await Self.withNotifications(of: store) { received in
                try await store.dispatch("order.created")
                #expect(try await store.database.execute(WakeWorkers()) == [false])
                #expect(try await received() == 0)
            }
        }
    }

    @Test func `a worker that got as much as it asked for is notified once, however much is dispatched meanwhile`()
        async throws
    {
        try await withStore { store in
            _ = try await store.subscribe()
            for _ in 0..<2 { try await store.dispatch("order.created") }
            #expect(try await store.claim(limit: 2).count == 2)
            #expect(try await store.database.execute(WakeWorkers()) == [true])
            for _ in 0..<2 { #expect(try await store.database.execute(WakeWorkers()) == [false]) }
        }
    }

    @Test func `a sleeper is woken once, however many wake it after their commits`() async throws {
        try await withStore { store in
            try await Self.withNotifications(of: store) { received in
                try await store.claimAndSleep()
                #expect(try await store.database.execute(WakeWorkers()) == [true])
                #expect(try await store.database.execute(WakeWorkers()) == [false])
                #expect(try await received() == 1)
                try await store.claimAndSleep()
                #expect(try await store.database.execute(WakeWorkers()) == [true])
                #expect(try await received() == 1)
            }
        }
    }

    @Test func `what is dispatched over HTTP wakes with its commit, once, if it made a delivery`() async throws {
        try await withStore { store in
            let event = Event(
                name: EventName(stored: "a"), tenant: "default", data: Array("1".utf8), idempotencyKey: nil,
                occurredAt: nil)
            try await Self.withNotifications(of: store) { received in
                try await store.claimAndSleep()
                try await store.database.execute(DispatchEvents(events: [event]))
                #expect(try await received() == 0)
                _ = try await store.subscribe(to: ["a"])
                try await store.database.execute(DispatchEvents(events: [event]))
                #expect(try await received() == 1)
                try await store.database.execute(DispatchEvents(events: [event]))
                #expect(try await received() == 0)
            }
        }
    }

    @Test func `dispatch in an application's transaction wakes when it commits, and leaves the flag up`() async throws {
        try await withStore { store in
            try await Self.withNotifications(of: store) { received in
                try await store.claimAndSleep()
                try await store.run("BEGIN; SELECT martlet.dispatch('a', '1'); ROLLBACK")
                #expect(try await received() == 0)
                try await store.run("BEGIN; SELECT martlet.dispatch('a', '1'), martlet.dispatch('a', '2'); COMMIT")
                #expect(try await received() == 1)
                // Another one may have begun before the workers slept again: it must wake them too.
                try await store.dispatch("a")
                #expect(try await received() == 1)
            }
        }
    }

    @Test func `activation wakes for what was held`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe()
            #expect(try await store.deactivate(subscription))
            try await Self.withNotifications(of: store) { received in
                try await store.claimAndSleep()
                #expect(try await store.activate(subscription))
                #expect(try await received() == 1)
            }
        }
    }
}
