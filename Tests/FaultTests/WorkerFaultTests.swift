import EndToEndSupport
import LoopbackReceiver
import TestSupport
import Testing

struct WorkerFaultTests {
    private static let inFlightMax = 32
    /// What a worker holds: in flight, or answered and not yet recorded, or about to be sent.
    private static let heldMax = 2 * inFlightMax

    @Test func `workers killed between request and record lose no delivery, and repeat only what they held`()
        async throws
    {
        // Long enough that a killed worker always has requests in the air.
        let receiver = try LoopbackReceiver { _ in .respond(after: .milliseconds(100)) }
        let ledger = Ledger()
        let environment = ["MARTLET_CONCURRENCY": "\(Self.inFlightMax)", "MARTLET_SUBSCRIPTION_CONCURRENCY": "1000"]
        let kills = 3
        try await withInstallation(environment: environment) { installation, client in
            _ = try await client.subscribe(receiver.url, profile: "newmeta")
            let events = (1...800).map { _ in #"{"event": "order.created", "data": \#(ledger.next())}"# }
            try await client.call("POST", "/v1/events/batch", "[\(events.joined(separator: ","))]", expecting: 202)
            for number in 1...800 { ledger.acknowledge(number) }

            for _ in 1...kills {
                try await installation.withWorker { victim in
                    let before = receiver.requestCount
                    _ = try await receiver.requests(count: before + 100, within: .seconds(30))
                    victim.send(.kill)
                    #expect(try await victim.waitForExit() == .signaled(9))
                }
            }
            try await installation.withWorker { _ in
                // Long before the leases of the dead end.
                try await eventually("every delivery is recorded", within: .seconds(30)) {
                    try await installation.database.count("martlet.attempts WHERE outcome = 'd'") == 800
                }
            }
        }
        let balance = ledger.balance(receiver.received)
        #expect(balance.lost.isEmpty, "\(balance)")
        #expect(balance.invented.isEmpty, "\(balance)")
        #expect(balance.storedTwice == 0, "\(balance)")
        #expect((1...kills * Self.heldMax).contains(balance.sentAgain), "\(balance)")
    }
}
