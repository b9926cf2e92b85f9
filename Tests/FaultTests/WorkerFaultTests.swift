import EndToEndSupport
import LoopbackReceiver
import Synchronization
import TestSupport
import Testing

struct WorkerFaultTests {
    private static let inFlightMax = 32
    /// What a worker holds: in flight, or answered and not yet recorded.
    private static let heldMax = 2 * inFlightMax
    private static let events = 800

    @Test func `workers killed between request and record lose no delivery, and repeat only what they held`()
        async throws
    {
        let gate = Gate()
        let receiver = try LoopbackReceiver { _ in gate.reply() }
        let ledger = Ledger()
        let environment = ["MARTLET_CONCURRENCY": "\(Self.inFlightMax)", "MARTLET_SUBSCRIPTION_CONCURRENCY": "1000"]
        let kills = 3
        try await withInstallation(environment: environment) { installation, client in
            _ = try await client.subscribe(receiver.url, profile: "newmeta", settings: #""timeout": "30s""#)
            let events = (1...Self.events).map { _ in #"{"event": "order.created", "data": \#(ledger.next())}"# }
            try await client.call("POST", "/v1/events/batch", "[\(events.joined(separator: ","))]", expecting: 202)
            for number in 1...Self.events { ledger.acknowledge(number) }

            for _ in 1...kills {
                gate.open(for: 100)
                try await installation.withWorker { victim in
                    try await eventually("as much as may be is in the air", within: .seconds(20)) {
                        gate.held == Self.inFlightMax
                    }
                    victim.send(.kill)
                    let exit = try await victim.waitForExit()
                    #expect(exit == .signaled(9))
                }
            }
            gate.open(for: .max)
            try await installation.withWorker { _ in
                // Long before the leases of the dead end.
                try await eventually("every delivery is recorded", within: .seconds(30)) {
                    try await installation.database.count("martlet.attempts WHERE outcome = 'd'") == Self.events
                }
            }
        }
        let balance = ledger.balance(receiver.received)
        #expect(balance.lost.isEmpty, "\(balance)")
        #expect(balance.invented.isEmpty, "\(balance)")
        #expect(balance.storedTwice == 0, "\(balance)")
        #expect((kills * Self.inFlightMax...kills * Self.heldMax).contains(balance.sentAgain), "\(balance)")
    }
}

/// Answers some requests, and leaves the others in the air.
private final class Gate: Sendable {
    private struct State {
        var open = 0
        var held = 0
    }

    private let state = Mutex(State())

    /// How many requests hang since the gate was opened.
    var held: Int { state.withLock { $0.held } }

    func open(for count: Int) {
        state.withLock { $0 = State(open: count) }
    }

    func reply() -> ReceiverReply {
        state.withLock { state in
            guard state.open > 0 else {
                state.held += 1
                return .hang
            }
            state.open -= 1
            return .respond()
        }
    }
}
