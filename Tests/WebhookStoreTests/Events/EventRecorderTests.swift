import PrivatePostgres
import Postgres
import TestSupport
import Testing
import WebhookCore
import WebhookStore

struct EventRecorderTests {
    private static func event(_ data: String, key: String? = nil) -> Event {
        Event(
            name: EventName(stored: "order.created"), tenant: "default", data: Array(data.utf8), idempotencyKey: key,
            occurredAt: nil)
    }

    @Test func `500 callers at the same time each get the id of their own event`() async throws {
        try await withStore { store in
            _ = try await store.subscribe()
            let recorder = EventRecorder(store.database, deadline: .seconds(20))
            let recorded = try await withThrowingTaskGroup { group in
                for number in 0..<500 {
                    group.addTask { (number, try await recorder.record([Self.event("\(number)")])) }
                }
                return try await group.reduce(into: [Int: [RecordedEvent]]()) { $0[$1.0] = $1.1 }
            }
            #expect(recorded.values.allSatisfy { $0.count == 1 && $0[0].deliveries == 1 && !$0[0].isDuplicate })
            let stored = try await store.rows("SELECT concat_ws(' ', payload, id) FROM martlet.events")
            #expect(Set(stored.compactMap { $0 }) == Set(recorded.map { "\($0.key) \($0.value[0].id)" }))
            #expect(stored.count == 500)
            // That is what groups are for.
            let transactions = try await store.value("SELECT count(DISTINCT xmin::text)::text FROM martlet.events")
            #expect(Int(transactions ?? "") ?? 500 < 250)
        }
    }

    @Test func `a caller's events are answered in their order, duplicates with the first one's id`() async throws {
        try await withStore { store in
            let recorder = EventRecorder(store.database, deadline: .seconds(20))
            let first = try await recorder.record([
                Self.event("1", key: "a"), Self.event("2"), Self.event("3", key: "a"),
            ])
            #expect(first.map(\.isDuplicate) == [false, false, true])
            #expect(first[2].id == first[0].id)
            let second = try await recorder.record([Self.event("4", key: "a")])
            #expect(second.map(\.isDuplicate) == [true])
            #expect(second[0].id == first[0].id)
            #expect(try await recorder.record([]).isEmpty)
        }
    }

    @Test func `a submission that the server refuses fails alone and whole`() async throws {
        try await withStore { store in
            let recorder = EventRecorder(store.database, deadline: .seconds(20))
            let refused = try await store.database.withSession { session in
                // The first group waits for this lock, while the others gather behind it.
                try await session.script("BEGIN; LOCK TABLE martlet.events IN SHARE MODE")
                async let first = recorder.record([Self.event("0")])
                _ = try await session.waitUntilItBlocksSomebody()
                async let refused = Self.refusedSubmissions(to: recorder)
                for _ in 0..<1_000 { await Task.yield() }
                try await session.script("COMMIT")
                #expect(try await first.count == 1)
                return try await refused
            }
            #expect(refused == [40, 41])
            let stored = try await store.rows("SELECT payload::text FROM martlet.events ORDER BY payload::text::int")
            #expect(stored == (0..<100).filter { ![40, 41].contains($0) }.map { "\($0)" })
        }
    }

    /// Submits 99 sets at the same time, two of which hold no JSON beside a good event; returns which were refused.
    private static func refusedSubmissions(to recorder: EventRecorder) async throws -> [Int] {
        try await withThrowingTaskGroup { group in
            for number in 1..<100 {
                group.addTask {
                    let events = [event("\(number)")] + (number / 2 == 20 ? [event("{")] : [])
                    let state = try await refusal { _ = try await recorder.record(events) }
                    #expect(state == (number / 2 == 20 ? .invalidTextRepresentation : nil))
                    return state == nil ? nil : number
                }
            }
            return try await group.reduce(into: [Int?]()) { $0.append($1) }.compactMap { $0 }.sorted()
        }
    }

    @Test func `while the database is away callers are told in time, and afterwards it goes on`() async throws {
        try await withDedicatedServer { server in
            try await withClient(server.url()) { database in
                _ = try await Migrator(database).run()
                let deadline: Duration = .seconds(1)
                let recorder = EventRecorder(database, deadline: deadline)
                let before = try await recorder.record([Self.event("0")])
                await server.stop(.immediate)

                let start = ContinuousClock.now
                let failures = await withTaskGroup { group in
                    for number in 1...60 {
                        group.addTask { await Self.fails { _ = try await recorder.record([Self.event("\(number)")]) } }
                    }
                    return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
                }
                #expect(failures == 60)
                // A caller waits for the group in flight and then for its own; one after the other would take a minute.
                #expect(ContinuousClock.now - start < deadline * 2 + .seconds(28))

                try await server.start()
                var after: [RecordedEvent] = []
                try await eventually("events are recorded again", within: .seconds(60)) {
                    after = (try? await recorder.record([Self.event("21", key: "k")])) ?? []
                    return !after.isEmpty
                }
                try await database.withSession { try await $0.script(Query.function) }
                let ids = try await database.execute(Query("SELECT id::text FROM martlet.events ORDER BY id"))
                #expect(ids == [before[0].id, after[0].id].map { "\($0)" })
            }
        }
    }

    private static func fails(_ body: () async throws -> Void) async -> Bool {
        do {
            try await body()
            return false
        } catch {
            return (error as? PostgresError)?.isTransient ?? false
        }
    }

    @Test(.timeLimit(.minutes(2))) func `a commit wakes a sleeping worker, if it made a delivery`() async throws {
        try await withStore { store in
            let events = store.database.listen(["martlet_work", "test_step"])
            for await event in events {
                #expect(event == .gap)
                break
            }
            try await store.claimAndSleep()
            let recorder = EventRecorder(store.database, deadline: .seconds(20))
            _ = try await recorder.record([Self.event("1")])
            try await store.run("NOTIFY test_step")
            for await event in events {
                #expect(event == .notification(channel: "test_step", payload: ""))
                break
            }

            _ = try await store.subscribe()
            _ = try await recorder.record([Self.event("1")])
            for await event in events {
                #expect(event == .notification(channel: "martlet_work", payload: ""))
                break
            }
        }
    }
}
