import EndToEndSupport
import LoopbackReceiver
import PrivatePostgres
import TestSupport
import Testing

/// Programs of this release on the schema of another.
struct UpgradeTests {
    private static let asBefore = "UPDATE martlet.schema_migrations SET checksum = 'before' WHERE version = 0"

    /// An event that waits for `receiver` in the schema of an older release.
    private static func with(
        _ receiver: LoopbackReceiver, _ body: (Installation) async throws -> Void
    ) async throws {
        try await withInstallation { installation, client in
            _ = try await client.subscribe(receiver.url)
            try await client.dispatch("order.created")
            try await installation.database.run(asBefore)
            try await body(installation)
        }
    }

    @Test func `a worker waits for the schema, says so once, and begins when it is migrated`() async throws {
        let receiver = try LoopbackReceiver { _ in .respond() }
        try await Self.with(receiver) { installation in
            let port = try freePort()
            let environment = installation.environment.merging(["MARTLET_WORKER_LISTEN": "127.0.0.1:\(port)"]) { $1 }
            try await withChildProcess(.deliveryWorker, environment: environment) { worker in
                try await worker.line(containing: "run `martlet migrate`")
                let health = GatewayClient(port: port, key: "none")
                try await eventually("the worker listens") { (try? await health.send("GET", "/livez"))?.status == 200 }
                #expect(try await health.send("GET", "/readyz").status == 503)
                #expect(try await installation.database.count("martlet.workers") == 0)

                try await Self.migrate(installation)
                _ = try await receiver.requests(count: 1, within: .seconds(30))
                #expect(try await health.send("GET", "/readyz").status == 200)
                #expect(worker.output.count { $0.text.contains("martlet migrate") } == 1)
            }
        }
        #expect(receiver.requestCount == 1)
    }

    @Test(arguments: [[], ["--time-limit", "1"]])
    func `a worker that waits for the schema stops when it is told to, or its time is over`(arguments: [String])
        async throws
    {
        let receiver = try LoopbackReceiver { _ in .respond() }
        try await Self.with(receiver) { installation in
            try await withChildProcess(.deliveryWorker, arguments, environment: installation.environment) { worker in
                try await worker.line(containing: "run `martlet migrate`")
                if arguments.isEmpty { worker.send(.terminate) }
                let exit = try await worker.waitForExit()
                #expect(exit == .exited(0))
            }
        }
        #expect(receiver.requestCount == 0)
    }

    @Test(arguments: [(Program.martlet, ["process-webhooks"]), (.deliveryWorker, ["--drain"])])
    func `a run that would end by itself ends at once, and says what to do`(program: Program, arguments: [String])
        async throws
    {
        let receiver = try LoopbackReceiver { _ in .respond() }
        try await Self.with(receiver) { installation in
            try await withChildProcess(program, arguments, environment: installation.environment) { run in
                let exit = try await run.waitForExit()
                #expect(exit == .exited(1))
                #expect(run.output.contains { $0.text.contains("run `martlet migrate`") })
            }
            try await Self.migrate(installation)
            try await installation.drain()
        }
        #expect(receiver.requestCount == 1)
    }

    @Test func `a worker goes on with the schema of a newer release`() async throws {
        let receiver = try LoopbackReceiver { _ in .respond() }
        try await Self.with(receiver) { installation in
            try await Self.migrate(installation)
            try await installation.database.run(
                "INSERT INTO martlet.schema_migrations (version, name, checksum) VALUES (9999, 'newer', 'x')")
            try await installation.drain()
        }
        #expect(receiver.requestCount == 1)
    }

    private static func migrate(_ installation: Installation) async throws {
        let exit = try await withChildProcess(.martlet, ["migrate"], environment: installation.environment) { martlet in
            try await martlet.waitForExit()
        }
        #expect(exit == .exited(0))
    }
}
