internal import Logging
internal import Postgres
internal import Synchronization
internal import WebhookStore

/// What a worker does beside its deliveries: replays, maintenance, statistics. One step of one of them at a time and each
/// in its turn, so that they take one connection of the pool at most, and a replay of a week holds up neither of the others.
///
/// While there is nothing to do it asks the database nothing: the look of every second (`TendQueue`) tells what there is.
actor BackgroundDuties {
    private let database: PostgresClient
    private let logger: Logger
    private var rota = DutyRota(now: .now)
    private var maintenance = Maintenance()
    private let called = Signal()
    private let hasRecorded = Atomic(false)
    private var isMaintained = false
    private let firstRoundEnded = Signal()

    private static let longWait: Duration = .seconds(3_600)

    init(database: PostgresClient, logger: Logger) {
        self.database = database
        self.logger = logger
    }

    /// Attempts were recorded: they are counted after the next look. Costs whoever records them nothing.
    nonisolated func recorded() {
        hasRecorded.store(true, ordering: .relaxed)
    }

    func tended(_ row: TendQueue.Row) {
        let now = ContinuousClock.now
        if row.replayIsRunning { rota.call(.replays, at: now) }
        if hasRecorded.exchange(false, ordering: .relaxed) { rota.call(.rollUp, at: now) }
        if let due = rota.nextDue, due <= now { called.raise() }
    }

    /// Runs until cancelled.
    func run() async {
        while !Task.isCancelled {
            if let duty = rota.next(now: .now) {
                if let wait = await step(duty) { rota.call(duty, at: .now + wait) }
            } else {
                await called.wait(atMost: rota.nextDue.map { max(.zero, $0 - .now) } ?? Self.longWait)
            }
        }
    }

    /// Returns when maintenance has come to its end once, or has failed: what cron runs for a moment would otherwise never
    /// come to the end of it. One waiter.
    func maintainedOnce() async {
        while !isMaintained, !Task.isCancelled { await firstRoundEnded.wait(atMost: Self.longWait) }
    }

    private func maintained() {
        isMaintained = true
        firstRoundEnded.raise()
    }

    /// Returns in how long the next step is due; `nil`: when the look says so.
    private func step(_ duty: DutyRota.Duty) async -> Duration? {
        do throws(PostgresError) {
            switch duty {
            case .replays: return try await Replays.step(in: database)
            case .rollUp: return try await StatisticsRollUp.step(in: database)
            case .maintenance:
                var round = maintenance
                let wait = try await round.step(in: database, logger: logger)
                maintenance = round
                if wait > .zero { maintained() }
                return wait
            }
        } catch {
            if !Task.isCancelled { logger.warning("\(duty.failure)", metadata: ["error": "\(error)"]) }
            guard duty == .maintenance else { return Self.waitAfterFailure }
            maintenance = Maintenance()
            maintained()
            return Maintenance.interval
        }
    }

    private static let waitAfterFailure: Duration = .seconds(1)
}

extension DutyRota.Duty {
    /// What the log says when a step has failed.
    fileprivate var failure: String {
        switch self {
        case .maintenance: "maintenance failed"
        case .replays: "replays not advanced"
        case .rollUp: "attempts not counted"
        }
    }
}
