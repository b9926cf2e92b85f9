import Postgres
import Testing
import WebhookCore
import WebhookStore

struct DispatchTests {
    @Test func `commit sends, rollback does not`() async throws {
        try await withStore { store in
            _ = try await store.subscribe()
            try await store.database.withSession { session in
                try await session.script("BEGIN; SELECT martlet.dispatch('order.created', '1'); ROLLBACK")
                try await session.script("BEGIN; SELECT martlet.dispatch('order.created', '2'); COMMIT")
            }
            #expect(try await store.claim().map(\.data) == [Array("2".utf8)])
            #expect(try await store.value("SELECT count(*)::text FROM martlet.events") == "1")
        }
    }

    @Test func `an event is seen by nobody before its transaction commits`() async throws {
        try await withStore { store in
            _ = try await store.subscribe()
            try await store.database.withSession { session in
                try await session.script("BEGIN; SELECT martlet.dispatch('order.created', '1')")
                #expect(try await store.claim().isEmpty)
                try await session.script("COMMIT")
                #expect(try await store.claim().count == 1)
            }
        }
    }

    @Test func `the id returned is the event's, and carries the time`() async throws {
        try await withStore { store in
            let before = try #require(try await store.value("SELECT extract(epoch FROM clock_timestamp())::text"))
            let id = try await store.dispatch("order.created")
            let after = try #require(try await store.value("SELECT extract(epoch FROM clock_timestamp())::text"))
            #expect(try await store.value("SELECT id::text FROM martlet.events") == "\(id)")
            let time = Double(id.time.microsecondsSinceUnixEpoch) / 1e6
            #expect(time >= (try #require(Double(before)) - 0.002))
            #expect(time <= (try #require(Double(after))))
        }
    }

    private static let payloads = [
        #"{"price":19.90,"zero":-0,"big":12345678901234567890,"exp":1E+2}"#,
        #"{"a":1,"a":2,"A":3}"#,
        " { \"b\" : [ 1 ,\t2 ],\r\n \"a\" : { } } ",
        #"{"text":"\u0000\ud83d\ude00\/ÄÖ\u00e4"}"#,
        #""only a string""#,
        "null",
        "[]",
    ]

    @Test func `the data arrives byte for byte`() async throws {
        try await withStore { store in
            _ = try await store.subscribe()
            for data in Self.payloads { try await store.dispatch("order.created", data) }
            #expect(try await store.claim().map { String(decoding: $0.data, as: UTF8.self) } == Self.payloads)
        }
    }

    @Test func `sensitive members are dropped before anything is stored`() async throws {
        try await withStore { store in
            _ = try await store.subscribe()
            try await store.dispatch("user.created", #"{"name":"Ada","Password":"hunter2","nested":{"api_key":"k"}}"#)
            #expect(try await store.claim().map(\.data) == [Array(#"{"name":"Ada","nested":{}}"#.utf8)])
            let stored = try await store.value("SELECT payload::text FROM martlet.events")
            #expect(stored == #"{"name":"Ada","nested":{}}"#)
        }
    }

    // MARK: Who gets it

    private static let patterns = [
        ("a.b.c", true), ("a.b.*", true), ("a.*", true), ("*", true),
        ("a.b", false), ("a.b.c.*", false), ("a.b.c.d", false), ("b.*", false), ("a.b.C", false), ("ab.*", false),
    ]

    @Test func `a pattern is a name, a prefix with a star, or a star`() async throws {
        try await withStore { store in
            var matching: [String: Bool] = [:]
            var subscriptions: [SubscriptionID: String] = [:]
            for (pattern, _) in Self.patterns {
                let subscription = try await store.subscribe(to: [pattern])
                subscriptions[subscription.id] = pattern
                matching[pattern] = false
            }
            try await store.dispatch("a.b.c")
            for delivery in try await store.claim() {
                matching[try #require(subscriptions[delivery.subscriptionID])] = true
            }
            #expect(matching == Dictionary(uniqueKeysWithValues: Self.patterns))
            // The rule in Swift is the same.
            for (pattern, matches) in Self.patterns {
                #expect(EventPattern(stored: pattern).matches(EventName(stored: "a.b.c")) == matches)
            }
        }
    }

    @Test func `a prefix with a star does not match the prefix itself`() async throws {
        try await withStore { store in
            _ = try await store.subscribe(to: ["a.*"])
            try await store.dispatch("a")
            #expect(try await store.claim().isEmpty)
        }
    }

    @Test func `a subscription gets one delivery although several of its patterns match`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe(to: ["a.b", "a.*", "*"])
            let queued = try await store.subscribe(to: ["a.b", "a.*", "*"], queueMode: .queued)
            try await store.dispatch("a.b")
            #expect(try await store.claim().map(\.subscriptionID) == [subscription.id])
            #expect(try await store.rows("SELECT subscription_id::text FROM martlet.waiting") == ["\(queued.id)"])
        }
    }

    @Test func `inactive subscriptions and other tenants get nothing`() async throws {
        try await withStore { store in
            let inactive = try await store.subscribe()
            _ = try await store.subscribe(tenant: "other")
            #expect(try await store.deactivate(inactive))
            try await store.dispatch("order.created")
            #expect(try await store.value("SELECT count(*)::text FROM martlet.webhook_queue") == "0")
            #expect(try await store.value("SELECT count(*)::text FROM martlet.events") == "1")
        }
    }

    @Test func `routes follow a change of the patterns`() async throws {
        try await withStore { store in
            let subscription = try await store.subscribe(to: ["order.*"])
            var settings = subscription.settings
            settings.events = [EventPattern(stored: "user.*")]
            _ = try await store.subscriptions.update(subscription, to: settings, secret: nil)
            try await store.dispatch("order.created")
            try await store.dispatch("user.created")
            #expect(try await store.claim().map(\.eventName) == ["user.created"])
        }
    }

    @Test func `the default queue mode decides for those that set none, from the next event on`() async throws {
        try await withStore { store in
            let follows = try await store.subscribe()
            let immediate = try await store.subscribe(queueMode: .immediate)
            try await store.run("UPDATE martlet.settings SET value = 'queued' WHERE name = 'queue_mode'")
            try await store.dispatch("order.created")
            #expect(try await store.claim().map(\.subscriptionID) == [immediate.id])
            #expect(try await store.rows("SELECT subscription_id::text FROM martlet.waiting") == ["\(follows.id)"])
        }
    }
}
