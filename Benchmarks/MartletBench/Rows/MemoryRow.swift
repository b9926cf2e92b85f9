/// The most memory that the programs take when they have as much in flight as they may, and every answer is 64 KiB.
struct MemoryRow: BenchmarkRow {
    static let name = "memory"

    struct Stage: Sendable {
        let receiver: Receiver
    }

    private struct Variant {
        let inFlight: Int
        /// Milliseconds until an answer: long enough that so many are in flight at once.
        let delay: Int64
        /// In MB.
        let aim: Double
        /// Deliveries.
        let backlog: Int
    }

    private static let variants = [
        Variant(inFlight: 256, delay: 200, aim: 64, backlog: 8_000),
        Variant(inFlight: 4_096, delay: 2_000, aim: 128, backlog: 20_000),
    ]
    private static let subscriptions = 50
    private static let answerBytes: Int64 = 65_536
    private static let ingestConnections = 256

    func setUp(_ bench: Bench) async throws -> Stage {
        Stage(receiver: try await Receiver.start(bench))
    }

    func tearDown(_ stage: Stage) async {
        await stage.receiver.stop()
    }

    func measure(_ stage: Stage, _ bench: Bench) async throws -> [Finding] {
        var findings: [Finding] = []
        for variant in Self.variants {
            Progress.say("memory, \(variant.inFlight) in flight")
            findings.append(.quantity(try await worker(variant, stage, bench)))
        }
        Progress.say("memory, ingest-server")
        findings.append(.quantity(try await ingest(stage, bench)))
        return findings
    }

    private func worker(_ variant: Variant, _ stage: Stage, _ bench: Bench) async throws -> QuantityFinding {
        let template = try await Gateway.makeTemplate(
            subscriptions: Self.subscriptions,
            to: stage.receiver.url(ReceiverBehaviour(delay: variant.delay, bytes: Self.answerBytes)), bench)
        let what = "memory, worker, \(variant.inFlight) in flight"
        let drain: BacklogDrain
        do {
            drain = try await BacklogDrain.run(
                of: bench.isQuick ? variant.backlog / 2 : variant.backlog, subscriptions: Self.subscriptions,
                copying: template, to: stage.receiver, atMost: bench.isQuick ? .seconds(6) : .seconds(12),
                settings: [
                    "MARTLET_CONCURRENCY": "\(variant.inFlight)",
                    // Room for all of them, wherever they go.
                    "MARTLET_SUBSCRIPTION_CONCURRENCY": "\(max(16, variant.inFlight * 2 / Self.subscriptions))",
                ], bench, what: what)
        } catch {
            await template.remove()
            throw error
        }
        await template.remove()
        let inFlight = drain.received.inFlightMax(delay: variant.delay * 1_000_000)
        return QuantityFinding(
            what: "\(what) (\(inFlight) reached), answers of \(Self.answerBytes / 1_024) KiB",
            figure: Double(drain.cost.workerResident ?? 0) / 1e6, unit: "MB", atMost: variant.aim)
    }

    private func ingest(_ stage: Stage, _ bench: Bench) async throws -> QuantityFinding {
        let gateway = try await Gateway.make(bench)
        let (program, port) = try await gateway.startIngest()
        let resident: Int64
        do {
            let load = try await bench.load(
                port: port, connections: Self.ingestConnections, milliseconds: bench.isQuick ? 500 : 2_000)
            let stored = try await gateway.events()
            await bench.compare(
                "memory, ingest-server, ids", expected: load.records.map(\.eventID), found: stored.map(\.id))
            resident = ProcessFiles.residentBytesMax(of: program.processIdentifier)
        } catch {
            await program.stop()
            await gateway.remove()
            throw error
        }
        await program.stop()
        await gateway.remove()
        return QuantityFinding(
            what: "memory, ingest-server, \(Self.ingestConnections) connections", figure: Double(resident) / 1e6,
            unit: "MB", atMost: 64)
    }
}
