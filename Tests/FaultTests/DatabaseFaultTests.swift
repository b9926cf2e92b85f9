import EndToEndSupport
import LoopbackReceiver
import PrivatePostgres
import TestSupport
import Testing

struct DatabaseFaultTests {
    private static let inFlightMax = 32

    @Test(arguments: [1, 2])
    func `PostgreSQL restarted at once under load loses no acknowledged event, and the programs go on by themselves`(
        workers: Int
    ) async throws {
        let receiver = try LoopbackReceiver { _ in .respond(after: .milliseconds(20)) }
        let ledger = Ledger()
        let restarts = 2
        let environment = [
            "MARTLET_CONCURRENCY": "\(Self.inFlightMax)", "MARTLET_SUBSCRIPTION_CONCURRENCY": "1000",
            // What was claimed by a statement whose answer got lost is free again after this.
            "MARTLET_LEASE": "5s",
        ]
        try await withServer { server in
            try await DatabaseTemplate.migrated.prepare(server.url())
            try await Installation.with(databaseURL: server.url(), environment: environment) { installation in
                try await installation.withIngestServer { client, ingestServer in
                    _ = try await client.subscribe(receiver.url, profile: "newmeta")
                    try await installation.withWorkers(workers) { running in
                        try await Load.on(client, ledger: ledger) { load in
                            for _ in 1...restarts {
                                try await load.acknowledged(300)
                                try await server.restart(.immediate)
                            }
                            try await load.acknowledged(300)
                        }
                        try await eventually("everything acknowledged has arrived", within: .seconds(40)) {
                            ledger.balance(receiver.received).lost.isEmpty
                        }
                        #expect(ingestServer.isRunning && running.allSatisfy(\.isRunning))
                        for worker in running {
                            worker.send(.terminate)
                            #expect(try await worker.waitForExit() == .exited(0))
                        }
                    }
                }
            }
        }
        let balance = ledger.balance(receiver.received)
        #expect(balance.lost.isEmpty, "\(balance)")
        #expect(balance.invented.isEmpty, "\(balance)")
        #expect(balance.storedTwice == 0, "\(balance)")
        #expect(balance.sentAgain <= restarts * workers * Self.inFlightMax, "\(balance)")
    }

    private func withServer(_ body: @Sendable (PrivatePostgres) async throws -> Void) async throws {
        try await Slots.shared.withSlot { try await withDedicatedServer { server in try await body(server) } }
    }
}

extension Installation {
    /// Runs `count` workers.
    fileprivate func withWorkers(_ count: Int, _ body: ([ChildProcess]) async throws -> Void) async throws {
        try await withWorkers(count, beside: [], body)
    }

    private func withWorkers(
        _ count: Int, beside running: [ChildProcess], _ body: ([ChildProcess]) async throws -> Void
    ) async throws {
        guard count > 0 else { return try await body(running) }
        try await withWorker { worker in
            try await withWorkers(count - 1, beside: running + [worker], body)
        }
    }
}
