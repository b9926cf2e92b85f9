import EndToEndSupport
import LoopbackReceiver
import PrivatePostgres
import Synchronization
import TestSupport
import Testing

/// Workers that start, share, stop and die.
struct WorkerTests {
    @Test func `two workers share a backlog, each delivery is sent once, and both end when all is done`() async throws {
        let receiver = try LoopbackReceiver { _ in .respond(after: .milliseconds(5)) }
        try await withInstallation { installation, client in
            _ = try await client.subscribe(receiver.url)
            try await installation.database.run(
                "SELECT martlet.dispatch('order.created', to_json(n)) FROM generate_series(1, 2000) AS n")
            // Neither can hold the whole backlog at once.
            let environment = ["MARTLET_CONCURRENCY": "64"]
            try await installation.withWorker(["--drain"], environment: environment) { first in
                try await installation.withWorker(["--drain"], environment: environment) { second in
                    let exits = [
                        try await first.waitForExit(within: .seconds(60)),
                        try await second.waitForExit(within: .seconds(60)),
                    ]
                    #expect(exits == [.exited(0), .exited(0)])
                }
            }
            #expect(receiver.requestCount == 2_000)
            #expect(Set(receiver.received.compactMap(\.deliveryID)).count == 2_000)
            #expect(try await installation.database.count("martlet.attempts WHERE outcome = 'd'") == 2_000)
            #expect(try await installation.database.count("martlet.pending") == 0)
            #expect(try await installation.database.count("martlet.waiting") == 0)
        }
    }

    @Test func `a worker that cannot open the secrets leaves the deliveries to one that can`() async throws {
        let receiver = try LoopbackReceiver { _ in .respond() }
        try await withInstallation { installation, client in
            _ = try await client.subscribe(receiver.url)
            // Base64 of 32 bytes, and not the installation's.
            let otherKey = ["MARTLET_MASTER_KEY": String(repeating: "A", count: 43) + "="]
            try await installation.withWorker(environment: otherKey) { stranger in
                let emit = "SELECT martlet.dispatch('order.created', to_json(n)) FROM generate_series(1, 20) AS n"
                try await installation.database.run(emit)
                try await stranger.line(containing: "cannot be signed for")
                try await installation.withWorker { _ in
                    try await installation.database.run(emit)
                    // Well within the lease of 60 s.
                    _ = try await receiver.requests(count: 40, within: .seconds(20))
                }
            }
            #expect(Set(receiver.received.compactMap(\.deliveryID)).count == 40)
        }
    }

    @Test func `a worker that drains an empty queue ends at once`() async throws {
        try await withInstallation { installation, _ in
            try await installation.drain(within: .seconds(10))
        }
    }

    @Test func `a worker that is idle asks for new work and looks after the queue, and nothing else`() async throws {
        try await withInstallation { installation, _ in
            let database = installation.database
            try await database.run(
                "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET track_functions = pl', current_database()); END $$")
            try await installation.withWorker { worker in
                try await worker.line(containing: "maintenance done")
                // Longer than any other duty of some seconds would wait for its third turn.
                try await Self.untilTended(13, database)
                let often = try await Self.calls(database).filter { $0.value > 2 }
                #expect(Set(often.keys) == ["tend", "bury_dead_workers", "claim_pending", "may_claim"])
            }
        }
    }

    /// How often each function was called by who has reported it, which takes up to a second.
    private static func calls(_ database: Database) async throws -> [String: Int] {
        let rows = try await database.rows(
            "SELECT funcname, calls FROM pg_stat_user_functions WHERE schemaname = 'martlet'")
        return Dictionary(
            uniqueKeysWithValues: rows.map {
                ($0.member(named: "funcname")?.stringValue ?? "", $0.member(named: "calls")?.intValue ?? 0)
            })
    }

    private static func untilTended(_ count: Int, _ database: Database) async throws {
        try await eventually("the queue was looked after \(count) times", within: .seconds(60)) {
            try await calls(database)["tend"] ?? 0 >= count
        }
    }

    @Test func `a worker with a time limit ends by itself, and finishes what it has in flight`() async throws {
        let receiver = try LoopbackReceiver { _ in .respond(after: .seconds(2)) }
        try await withInstallation { installation, client in
            _ = try await client.subscribe(receiver.url)
            try await installation.withWorker(["--time-limit", "1"]) { worker in
                try await client.dispatch("order.created")
                _ = try await receiver.requests(count: 1, within: .seconds(20))
                #expect(try await worker.waitForExit(within: .seconds(20)) == .exited(0))
            }
            #expect(
                try await installation.database.value("SELECT status FROM martlet.webhook_queue")
                    == .string("delivered"))
        }
        #expect(receiver.requestCount == 1)
    }

    @Test(arguments: [ProcessSignal.terminate, .interrupt])
    func `a worker told to stop finishes what is in flight, gives back the rest and loses nothing`(
        signal: ProcessSignal
    ) async throws {
        let receiver = try LoopbackReceiver { _ in .respond(after: .milliseconds(500)) }
        try await withInstallation { installation, client in
            _ = try await client.subscribe(receiver.url)
            try await installation.database.run(
                "SELECT martlet.dispatch('order.created', to_json(n)) FROM generate_series(1, 300) AS n")
            try await installation.withWorker { worker in
                _ = try await receiver.requests(count: 16, within: .seconds(20))
                worker.send(signal)
                #expect(try await worker.waitForExit(within: .seconds(20)) == .exited(0))
            }
            let sent = receiver.requestCount
            #expect(sent >= 16 && sent < 300)
            // What was sent is recorded, and the rest is free for the next worker at once.
            let database = installation.database
            #expect(try await database.count("martlet.attempts WHERE outcome = 'd'") == sent)
            let left = "(SELECT lease_until FROM martlet.pending UNION ALL SELECT lease_until FROM martlet.waiting)"
            #expect(try await database.count("\(left) AS queued") == 300 - sent)
            #expect(try await database.count("\(left) AS queued WHERE lease_until IS NOT NULL") == 0)

            try await installation.drain()
            #expect(receiver.requestCount == 300)
            #expect(Set(receiver.received.compactMap(\.deliveryID)).count == 300)
        }
    }

    @Test func `a receiver that hangs does not delay the others, however much waits for it`() async throws {
        let hanging = try LoopbackReceiver { _ in .hang }
        let healthy = try LoopbackReceiver()
        try await withInstallation { installation, client in
            _ = try await client.subscribe(hanging.url, to: "hanging.*", settings: #""timeout": "30s""#)
            _ = try await client.subscribe(healthy.url, to: "healthy.*")
            try await installation.database.run(
                """
                SELECT martlet.dispatch('hanging.created', '1') FROM generate_series(1, 2000);
                SELECT martlet.dispatch('healthy.created', '1') FROM generate_series(1, 500)
                """)
            try await installation.withWorker { _ in
                _ = try await healthy.requests(count: 500, within: .seconds(20))
                // None of the hanging ones has come back yet, so nobody waited for them.
                #expect(try await installation.database.count("martlet.attempts WHERE outcome <> 'd'") == 0)
                // And while they still hang, what comes now goes out too.
                for _ in 1...20 { try await client.dispatch("healthy.created") }
                _ = try await healthy.requests(count: 520, within: .seconds(20))
                #expect(try await installation.database.count("martlet.attempts WHERE outcome <> 'd'") == 0)
                #expect(
                    try await installation.database.count("martlet.webhook_queue WHERE status = 'pending'") >= 2_000)
            }
        }
        #expect(hanging.requestCount <= 256)
    }

    @Test func `what a killed worker had claimed is delivered by another one long before the leases end`() async throws
    {
        let answers = Mutex(false)
        let receiver = try LoopbackReceiver { _ in answers.withLock { $0 } ? .respond() : .hang }
        try await withInstallation { installation, client in
            _ = try await client.subscribe(receiver.url, settings: #""timeout": "30s""#)
            try await installation.database.run(
                "SELECT martlet.dispatch('order.created', '1') FROM generate_series(1, 10)")
            try await installation.withWorker { victim in
                _ = try await receiver.requests(count: 10, within: .seconds(20))
                try await installation.withWorker { _ in
                    answers.withLock { $0 = true }
                    victim.send(.kill)
                    let all = try await receiver.requests(count: 20, within: .seconds(10))
                    #expect(Set(all.prefix(10).map(\.deliveryID)) == Set(all.suffix(10).map(\.deliveryID)))
                    try await eventually("all are recorded") {
                        try await installation.database.count("martlet.attempts WHERE outcome = 'd'") == 10
                    }
                }
            }
        }
        #expect(receiver.requestCount == 20)
    }

    @Test func `a worker serves its health where it is told to`() async throws {
        try await withInstallation { installation, _ in
            let port = try freePort()
            try await installation.withWorker(environment: ["MARTLET_WORKER_LISTEN": "127.0.0.1:\(port)"]) { _ in
                let health = GatewayClient(port: port, key: "none")
                try await eventually("the worker listens") { (try? await health.send("GET", "/livez"))?.status == 200 }
                #expect(try await health.send("GET", "/readyz").status == 200)
            }
        }
    }
}
