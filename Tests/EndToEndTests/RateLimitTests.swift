import EndToEndSupport
import LoopbackReceiver
import TestSupport
import Testing

/// Rate limits as the receiver sees them.
struct RateLimitTests {
    /// The most that may arrive in any window: the burst, and the rate of the window and of what a request may be late.
    private static func excess(_ arrivals: [UInt64], rate: Double, burst: Int) -> Double {
        let lateMax = 0.25
        var worst = -Double.infinity
        var first = 0
        for (index, last) in arrivals.enumerated() {
            while first < index, last - arrivals[first] > 5_000_000_000 { first += 1 }
            for start in first...index {
                let seconds = Double(last - arrivals[start]) / 1e9
                worst = max(worst, Double(index - start + 1) - (Double(burst) + rate * (seconds + lateMax) + 1))
            }
        }
        return worst
    }

    @Test(arguments: [1, 2])
    func `a limited subscription gets its burst and its rate from all workers together, and no more`(
        workers: Int
    ) async throws {
        let (rate, burst) = (80.0, 10)
        let receiver = try LoopbackReceiver()
        try await withInstallation { installation, client in
            _ = try await client.subscribe(
                receiver.url, to: "limited.*", settings: #""rate_limit": \#(rate), "rate_burst": \#(burst)"#)
            try await installation.database.run(
                "SELECT martlet.dispatch('limited.created', to_json(n)) FROM generate_series(1, 2000) AS n")
            func watch() async throws {
                _ = try await receiver.requests(count: burst + Int(rate) * 6, within: .seconds(60))
            }
            try await installation.withWorker { _ in
                if workers == 2 {
                    try await installation.withWorker { _ in try await watch() }
                } else {
                    try await watch()
                }
            }
        }
        let arrivals = receiver.received.map(\.receivedAt).sorted()
        #expect(Self.excess(arrivals, rate: rate, burst: burst) <= 0)
        // Over its first six seconds; a machine that has no time for it may be slower.
        let seconds = Double(arrivals[burst + Int(rate) * 6 - 1] - arrivals[0]) / 1e9
        #expect(seconds >= 6 / 1.05 - 0.25)
        #expect(seconds <= 12)
        #expect(Set(receiver.received.compactMap(\.deliveryID)).count == receiver.requestCount)
    }

    @Test func `a limited receiver that answers slowly still gets its rate`() async throws {
        let receiver = try LoopbackReceiver { _ in .respond(after: .milliseconds(200)) }
        try await withInstallation { installation, client in
            _ = try await client.subscribe(receiver.url, settings: #""rate_limit": 40, "rate_burst": 1"#)
            try await installation.database.run(
                "SELECT martlet.dispatch('limited.created', to_json(n)) FROM generate_series(1, 300) AS n")
            try await installation.withWorker { _ in
                _ = try await receiver.requests(count: 200, within: .seconds(60))
            }
        }
        let arrivals = receiver.received.map(\.receivedAt).sorted()
        let seconds = Double(arrivals[199] - arrivals[0]) / 1e9
        // One after the other they would take forty.
        #expect(seconds > 199 / 40 / 1.05 && seconds < 20)
    }

    @Test func `a limit set while a backlog waits counts for all of it, and is lifted as easily`() async throws {
        let receiver = try LoopbackReceiver()
        try await withInstallation { installation, client in
            let subscription = try await client.subscribe(receiver.url)
            try await installation.database.run(
                "SELECT martlet.dispatch('order.created', to_json(n)) FROM generate_series(1, 3000) AS n")
            try await client.call("PATCH", "/v1/subscriptions/\(subscription.id)", #"{"rate_limit": 5}"#)
            try await installation.withWorker { _ in
                _ = try await receiver.requests(count: 15, within: .seconds(30))
                #expect(receiver.requestCount < 100)
                try await client.call("PATCH", "/v1/subscriptions/\(subscription.id)", #"{"rate_limit": null}"#)
                _ = try await receiver.requests(count: 3_000, within: .seconds(60))
            }
            #expect(receiver.requestCount == 3_000)
            #expect(Set(receiver.received.compactMap(\.deliveryID)).count == 3_000)
        }
    }

    @Test func `a test does not wait for the limit`() async throws {
        let receiver = try LoopbackReceiver()
        try await withInstallation { installation, client in
            let subscription = try await client.subscribe(receiver.url, settings: #""rate_limit": 0.01"#)
            try await installation.withWorker { _ in
                for _ in 0..<3 { try await client.dispatch("order.created") }
                _ = try await receiver.requests(count: 1, within: .seconds(20))
                let answer = try await client.call("POST", "/v1/subscriptions/\(subscription.id)/test")
                #expect(try answer.member("delivered") == .bool(true))
            }
            #expect(receiver.requestCount == 2)
        }
    }
}
