/// HTTP in → HTTP out, all programs on the machine at once: deliveries a second while events keep coming.
///
/// Its ceiling is the rate at which the same processors could answer 202 with no work and send with bare libcurl in
/// turns, `1 / (1 / accept ceiling + 1 / drain ceiling)`, both measured around every round.
struct ThroughRow: BenchmarkRow {
    static let name = "through"

    struct Stage: Sendable {
        let running: RunningGateway
        let ceiling: (program: ChildProgram, port: UInt16)
    }

    private static let subscriptions = 50
    private static let connections = 64
    private static let rounds = 3

    func setUp(_ bench: Bench) async throws -> Stage {
        Stage(
            running: try await RunningGateway.start(bench, subscriptions: Self.subscriptions),
            ceiling: try await bench.startCeilingServer())
    }

    func tearDown(_ stage: Stage) async {
        await stage.ceiling.program.stop()
        await stage.running.stop()
    }

    func measure(_ stage: Stage, _ bench: Bench) async throws -> [Finding] {
        Progress.say("through")
        var rounds: [RatioFinding.Round] = []
        var last: Passage?
        // The first round warms up.
        for round in 0...(bench.isQuick ? 1 : Self.rounds) {
            let accepting = try await bench.load(
                port: stage.ceiling.port, connections: Self.connections, milliseconds: round == 0 ? 300 : 1_000
            ).rate
            let sending = try await bench.sendBare(
                round == 0 || bench.isQuick ? 5_000 : 30_000, inFlight: 256, to: stage.running.receiver
            ).rate
            let length = round == 0 ? 500 : bench.isQuick ? 1_000 : 4_000
            let passage = try await Passage.run(
                length, through: stage.running, subscriptions: Self.subscriptions, bench,
                what: "through, round \(round)")
            guard round > 0 else { continue }
            rounds.append(
                RatioFinding.Round(measured: passage.rate, reference: 1 / (1 / accepting + 1 / sending)))
            last = passage
        }
        guard let last else { return [] }
        return [
            .ratio(
                RatioFinding(
                    what: "through, \(Self.subscriptions) subscriptions", unit: "events/s", rounds: rounds,
                    measuredAim: Aim(bound: .atLeast, value: 6_000, unit: " events/s", digits: 0),
                    shares: [("measured", last.shares)])),
            .cost(last.cost),
        ]
    }
}
