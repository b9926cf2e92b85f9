import EndToEndSupport
import JSONFilter
import LoopbackReceiver
import Synchronization
import TestSupport
import Testing

/// Order as the receiver sees it.
struct OrderTests {
    /// `{"group": …, "n": …}` of a request of the profile `newmeta`.
    private static func event(_ request: ReceivedRequest) -> (key: Int, n: Int) {
        let data = try? JSONValue(parsing: request.body)
        return (data?.member(named: "group")?.intValue ?? -1, data?.member(named: "n")?.intValue ?? -1)
    }

    /// Emits `count` events, `n` counting up, their keys in turn.
    private static func emit(_ count: Int, keys: Int, from first: Int = 1, _ client: GatewayClient) async throws {
        let events = (first..<first + count).map {
            #"{"event": "order.created", "data": {"group": \#($0 % keys), "n": \#($0)}}"#
        }
        try await client.call("POST", "/v1/events/batch", "[\(events.joined(separator: ","))]", expecting: 202)
    }

    /// Fails what it is told to, once each, and notes what it has answered with 200.
    private final class Receiver: Sendable {
        private let failing: Mutex<Set<Int>>
        private let log = Mutex<[(key: Int, n: Int)]>([])

        init(failing: Set<Int> = []) { self.failing = Mutex(failing) }

        func reply(_ request: ReceivedRequest) -> ReceiverReply {
            let event = OrderTests.event(request)
            guard failing.withLock({ $0.remove(event.n) }) == nil else { return .respond(500) }
            log.withLock { $0.append(event) }
            return .respond()
        }

        /// What arrived, each only the first time, per key.
        var arrivals: [Int: [Int]] {
            var seen: Set<Int> = []
            return log.withLock { $0 }.reduce(into: [:]) { arrivals, event in
                if seen.insert(event.n).inserted { arrivals[event.key, default: []].append(event.n) }
            }
        }

        var count: Int { arrivals.values.reduce(0) { $0 + $1.count } }
    }

    private static func expectOrder(_ receiver: Receiver, count: Int) {
        #expect(receiver.count == count)
        for (key, numbers) in receiver.arrivals { #expect(numbers == numbers.sorted(), "key \(key)") }
    }

    /// Turns the clock forward for retries until everything has arrived.
    private static func untilArrived(_ count: Int, at receiver: Receiver, _ installation: Installation) async throws {
        try await eventually("\(count) events have arrived", within: .seconds(60)) {
            if receiver.count < count { try await installation.makeRetriesDue() }
            return receiver.count == count
        }
    }

    @Test func `an ordered subscription gets its events one after the other, also when some fail`() async throws {
        let log = Receiver(failing: [3, 50, 51])
        let receiver = try LoopbackReceiver { log.reply($0) }
        try await withInstallation { installation, client in
            _ = try await client.subscribe(
                receiver.url, profile: "newmeta", settings: #""ordering": "subscription""#)
            try await installation.withWorker { _ in
                try await Self.emit(100, keys: 1, client)
                try await eventually("the third one fails") {
                    try await installation.database.count("martlet.attempts WHERE outcome = 'r'") == 1
                }
                #expect(log.arrivals == [0: [1, 2]])
                try await Self.untilArrived(100, at: log, installation)
            }
        }
        Self.expectOrder(log, count: 100)
        #expect(receiver.requestCount == 103)
    }

    @Test func `a failing event holds its own key only`() async throws {
        let log = Receiver(failing: [1])
        let receiver = try LoopbackReceiver { log.reply($0) }
        try await withInstallation { installation, client in
            _ = try await client.subscribe(receiver.url, profile: "newmeta", settings: #""ordering": "group""#)
            try await installation.withWorker { _ in
                try await Self.emit(40, keys: 4, client)
                try await eventually("the other keys have arrived") { log.count == 30 }
                try await eventually("what arrived is recorded, and the rest waits") {
                    try await installation.database.count("martlet.waiting") == 10
                }
                #expect(log.arrivals[1] == nil)
                try await Self.untilArrived(40, at: log, installation)
            }
        }
        Self.expectOrder(log, count: 40)
    }

    @Test func `order holds across workers that are killed`() async throws {
        let log = Receiver(failing: [17, 130, 131, 250])
        let receiver = try LoopbackReceiver { log.reply($0) }
        let count = 400
        try await withInstallation { installation, client in
            _ = try await client.subscribe(
                receiver.url, profile: "newmeta", settings: #""ordering": "/group", "concurrency": 4"#)
            try await installation.withWorker { _ in
                for round in 0..<4 {
                    let before = log.count
                    try await installation.withWorker { victim in
                        try await Self.emit(count / 4, keys: 8, from: round * count / 4 + 1, client)
                        try await eventually("more has arrived") { log.count >= before + 10 }
                        victim.send(.kill)
                        _ = try await victim.waitForExit()
                    }
                }
                try await Self.untilArrived(count, at: log, installation)
            }
        }
        Self.expectOrder(log, count: count)
    }

    @Test func `an order given and taken while a backlog waits loses nothing and repeats nothing`() async throws {
        let log = Receiver()
        let receiver = try LoopbackReceiver { log.reply($0) }
        try await withInstallation { installation, client in
            let subscription = try await client.subscribe(receiver.url, profile: "newmeta")
            let path = "/v1/subscriptions/\(subscription.id)"
            try await Self.emit(1_000, keys: 1, client)
            try await installation.withWorker(environment: ["MARTLET_CONCURRENCY": "8"]) { _ in
                try await client.call("PATCH", path, #"{"ordering": "subscription"}"#)
                try await Self.emit(300, keys: 1, from: 2_001, client)
                try await eventually("all of it has arrived", within: .seconds(60)) { log.count == 1_300 }
                let later = log.arrivals[0, default: []].filter { $0 > 2_000 }
                #expect(later == later.sorted())
                try await client.call("PATCH", path, #"{"ordering": null}"#)
                try await Self.emit(300, keys: 1, from: 3_001, client)
                try await eventually("the rest has arrived", within: .seconds(60)) { log.count == 1_600 }
            }
            #expect(receiver.requestCount == 1_600)
        }
    }

    @Test func `an ordered and limited subscription keeps both`() async throws {
        let log = Receiver()
        let receiver = try LoopbackReceiver { log.reply($0) }
        try await withInstallation { installation, client in
            _ = try await client.subscribe(
                receiver.url, profile: "newmeta",
                settings: #""ordering": "group", "rate_limit": 50, "rate_burst": 5"#)
            try await Self.emit(105, keys: 3, client)
            try await installation.withWorker { _ in
                try await eventually("all of it has arrived", within: .seconds(30)) { log.count == 105 }
            }
        }
        Self.expectOrder(log, count: 105)
        let arrivals = receiver.received.map(\.receivedAt).sorted()
        #expect(Double(arrivals[104] - arrivals[0]) / 1e9 >= 100 / 50 - 0.25)
    }
}
