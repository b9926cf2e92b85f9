import Postgres
import Testing
import WebhookCore
@testable import WebhookStore

struct DispatchManyTests {
    /// What a set must give, worked out by hand.
    private struct Expectation {
        var firsts: [String: Int] = [:]
        var deliveries: [Int] = []
        var first: [Int?] = []
        var delivered: [String] = []
    }

    private static let names = ["order.created", "order.updated", "user.created", "user"]
    private static let patterns = [["order.*"], ["order.created", "user"], ["*"], ["nobody.*"]]

    @Test(arguments: 1...12)
    func `counts, duplicates and order are those of the set`(seed: UInt64) async throws {
        try await withStore { store in
            var random = SplitMix64(seed: seed)
            for patterns in Self.patterns { _ = try await store.subscribe(to: patterns) }
            _ = try await store.subscribe(to: ["order.*"], tenant: "other")

            var expected = Expectation()
            for _ in 0..<2 {
                let isOfOneKind = Bool.random(using: &random)
                let events = (0..<Int.random(in: 1...40, using: &random)).map {
                    Self.event($0, isOfOneKind: isOfOneKind, &random)
                }
                let base = expected.first.count
                Self.extend(&expected, with: events)
                let recorded = try await store.database.execute(DispatchEvents(events: events))
                #expect(recorded.count == events.count)
                #expect(recorded.map(\.deliveries) == Array(expected.deliveries[base...]))
                #expect(recorded.map(\.isDuplicate) == expected.first[base...].map { $0 != nil })
                // Of a duplicate in this set, the id is that of its first event.
                for (position, first) in expected.first[base...].enumerated() {
                    guard let first, first >= base else { continue }
                    #expect(recorded[position].id == recorded[first - base].id)
                }
                let own = recorded.filter { !$0.isDuplicate }.map(\.id)
                #expect(Set(own).count == own.count)
                #expect(own == own.sorted())
            }
            let claimed = try await store.claim(limit: 10_000)
            #expect(claimed.map { String(decoding: $0.data, as: UTF8.self) }.sorted() == expected.delivered.sorted())
            #expect(claimed.map(\.id) == claimed.map(\.id).sorted())
        }
    }

    private static func event(_ number: Int, isOfOneKind: Bool, _ random: inout SplitMix64) -> Event {
        Event(
            name: EventName(stored: isOfOneKind ? names[0] : names.randomElement(using: &random) ?? "user"),
            tenant: isOfOneKind || Bool.random(using: &random) ? "default" : "other",
            data: Array("{\"n\":\(number),\"r\":\(UInt32.random(in: 0...UInt32.max, using: &random))}".utf8),
            idempotencyKey: Int.random(in: 0...2, using: &random) == 0
                ? "k\(Int.random(in: 0...5, using: &random))" : nil,
            occurredAt: nil)
    }

    private static func extend(_ expected: inout Expectation, with events: [Event]) {
        for event in events {
            let position = expected.first.count
            let key = event.idempotencyKey.map { "\(event.tenant)/\($0)" }
            if let key, let first = expected.firsts[key] {
                expected.first.append(first)
                expected.deliveries.append(0)
                continue
            }
            if let key { expected.firsts[key] = position }
            let all = event.tenant == "other" ? [["order.*"]] : patterns
            let count = all.count { patterns in
                patterns.contains { EventPattern(stored: $0).matches(event.name) }
            }
            expected.first.append(nil)
            expected.deliveries.append(count)
            expected.delivered += Array(repeating: String(decoding: event.data, as: UTF8.self), count: count)
        }
    }

    @Test func `the time of an event is the one given, or else the one in its id`() async throws {
        try await withStore { store in
            _ = try await store.subscribe()
            let given = Timestamp(secondsSinceUnixEpoch: 1_000_000_000)
            let events = [given, nil].map {
                Event(
                    name: EventName(stored: "a"), tenant: "default", data: Array("1".utf8), idempotencyKey: nil,
                    occurredAt: $0)
            }
            let recorded = try await store.database.execute(DispatchEvents(events: events))
            #expect(try await store.claim().map(\.occurredAt) == [given, recorded[1].id.time])
        }
    }

    @Test func `one event that the server refuses leaves nothing of its set`() async throws {
        try await withStore { store in
            _ = try await store.subscribe()
            let events = ["1", "{"].map {
                Event(
                    name: EventName(stored: "a"), tenant: "default", data: Array($0.utf8), idempotencyKey: nil,
                    occurredAt: nil)
            }
            let state = try await refusal { _ = try await store.database.execute(DispatchEvents(events: events)) }
            #expect(state == .invalidTextRepresentation)
            #expect(try await store.value("SELECT count(*)::text FROM martlet.events") == "0")
        }
    }

    @Test func `an empty set is no row`() async throws {
        try await withStore { store in
            let recorded = try await store.database.execute(DispatchEvents(events: []))
            #expect(recorded.isEmpty)
        }
    }
}
