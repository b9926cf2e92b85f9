import EndToEndSupport
import LoopbackReceiver
import TestSupport
import Testing

struct IngestFaultTests {
    @Test func `an ingest-server killed under load has kept every event that it acknowledged, each once`() async throws
    {
        let receiver = try LoopbackReceiver()
        let ledger = Ledger()
        try await withMigratedDatabase { installation in
            let port = try freePort()
            try await installation.withIngestServer(port: port) { client, _ in
                _ = try await client.subscribe(receiver.url, profile: "newmeta")
            }
            try await installation.withWorker { worker in
                let client = GatewayClient(port: port, key: Installation.adminKey)
                try await Load.on(client, ledger: ledger) { load in
                    for _ in 1...3 {
                        try await installation.withIngestServer(port: port) { _, victim in
                            try await load.acknowledged(300)
                            victim.send(.kill)
                            #expect(try await victim.waitForExit() == .signaled(9))
                        }
                    }
                }
                try await eventually("everything acknowledged has arrived", within: .seconds(30)) {
                    ledger.balance(receiver.received).lost.isEmpty
                }
                worker.send(.terminate)
                try await worker.waitForExit()
            }
        }
        let balance = ledger.balance(receiver.received)
        #expect(ledger.acknowledgedCount >= 900)
        #expect(balance.lost.isEmpty, "\(balance)")
        #expect(balance.invented.isEmpty, "\(balance)")
        #expect(balance.storedTwice == 0, "\(balance)")
        // No worker died.
        #expect(balance.sentAgain == 0, "\(balance)")
    }
}
