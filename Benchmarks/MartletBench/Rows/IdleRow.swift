/// What both programs cost while nothing happens.
struct IdleRow: BenchmarkRow {
    static let name = "idle"

    struct Stage: Sendable {
        let gateway: Gateway
        let ingest: ChildProgram
        let worker: ChildProgram
    }

    /// Until what a start brings with it is over.
    private static let settling: Duration = .seconds(3)

    func setUp(_ bench: Bench) async throws -> Stage {
        let gateway = try await Gateway.make(bench)
        let (ingest, port) = try await gateway.startIngest()
        // Never used: nothing is dispatched.
        try await gateway.subscribe(50, to: "http://127.0.0.1:9/", ingestPort: port)
        return Stage(gateway: gateway, ingest: ingest, worker: try await gateway.startWorker())
    }

    func tearDown(_ stage: Stage) async {
        await stage.worker.stop()
        await stage.ingest.stop()
        await stage.gateway.remove()
    }

    func measure(_ stage: Stage, _ bench: Bench) async throws -> [Finding] {
        Progress.say("idle")
        try await Task.sleep(for: Self.settling)
        // Long enough that the duties of one second more or less do not count.
        let seconds = bench.isQuick ? 2 : 15
        let postgres = await bench.server.processIdentifier
        let programs = [stage.ingest, stage.worker]
        let usageAtStart = try await stage.gateway.usage()
        let start = ProcessorShares.Snapshot.take(programs, postgres: postgres)
        let timesAtStart = programs.map { ProcessFiles.threadTime(of: $0.processIdentifier) }
        try await Task.sleep(for: .seconds(seconds))
        let times = zip(programs, timesAtStart).map { ProcessFiles.threadTime(of: $0.processIdentifier) - $1 }
        let shares = ProcessorShares(from: start, to: .take(programs, postgres: postgres))
        let usage = try await stage.gateway.usage() - usageAtStart
        return [
            .cost(
                CostFinding(
                    what: "idle, per second", kind: .idleSecond, divisor: Double(shares.elapsed) / 1e9, usage: usage,
                    ingestTime: times[0], workerTime: times[1],
                    postgresTime: shares.time(of: "postgres"),
                    ingestResident: ProcessFiles.residentBytesMax(of: stage.ingest.processIdentifier),
                    workerResident: ProcessFiles.residentBytesMax(of: stage.worker.processIdentifier)))
        ]
    }
}
