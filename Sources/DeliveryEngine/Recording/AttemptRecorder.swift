internal import Logging
internal import Postgres
internal import WebhookCore
internal import WebhookStore

/// Records attempts in sets (`RecordingQueue`).
///
/// A set is tried until the database has taken it: an outcome that is not recorded is a delivery sent twice.
actor AttemptRecorder {
    private let database: PostgresClient
    private let logger: Logger
    /// Called for each set that is over, recorded or not.
    private let settled: @Sendable ([FinishedAttempt]) async -> Void
    private var worker: WorkerID?
    private var queue = RecordingQueue()
    private var isGivingUp = false

    init(
        _ database: PostgresClient, logger: Logger, settled: @escaping @Sendable ([FinishedAttempt]) async -> Void
    ) {
        self.database = database
        self.logger = logger
        self.settled = settled
    }

    func setWorker(_ worker: WorkerID) {
        self.worker = worker
        recordNextSets()
    }

    func record(_ attempts: [FinishedAttempt]) {
        queue.append(attempts)
        recordNextSets()
    }

    /// The database has not answered within the time there was: what is left will be sent again by another worker.
    func giveUp() {
        isGivingUp = true
        recordNextSets()
    }

    private func recordNextSets() {
        guard worker != nil || isGivingUp else { return }
        while true {
            switch queue.begin(now: .now) {
            case .record(let set):
                Task(executorPreference: database.executor) { await self.carryOut(set) }
            case .wait(let time):
                Task(executorPreference: database.executor) { await self.gather(until: time) }
                return
            case .nothing: return
            }
        }
    }

    private func gather(until time: ContinuousClock.Instant) async {
        try? await Task.sleep(until: time, clock: .continuous)
        queue.rang()
        recordNextSets()
    }

    private func carryOut(_ set: [FinishedAttempt]) async {
        await recordUntilTaken(set)
        queue.ended()
        recordNextSets()
        await settled(set)
    }

    private func recordUntilTaken(_ set: [FinishedAttempt]) async {
        for (path, attempts) in RecordingPath.split(set) { await recordUntilTaken(attempts, by: path) }
    }

    private func recordUntilTaken(_ attempts: [FinishedAttempt], by path: RecordingPath) async {
        var wait: Duration = .milliseconds(100)
        while !isGivingUp {
            do throws(PostgresError) {
                try await record(attempts, by: path)
                return
            } catch {
                guard error.isTransient else {
                    await recordOneByOne(attempts, by: path, error: error)
                    return
                }
                logger.warning(
                    "attempts not recorded yet",
                    metadata: ["attempts": "\(attempts.count)", "error": "\(error)"])
                try? await Task.sleep(for: wait)
                wait = min(wait * 2, .seconds(2))
            }
        }
    }

    private func record(_ attempts: [FinishedAttempt], by path: RecordingPath) async throws(PostgresError) {
        // Only set when known; a later registration is a new worker, and the fence refuses what it did not claim.
        guard let worker else { throw .connectionLost(detail: "this worker is not registered") }
        switch path {
        case .plainSuccess:
            let recorded = try await database.execute(RecordDelivered(worker: worker, attempts: attempts)).first ?? 0
            warn(ofLost: attempts.count - recorded)
        case .deliveredBatch:
            let recorded = try await database.execute(RecordBatches(worker: worker, attempts: attempts)).first ?? 0
            warn(ofLost: attempts.count - recorded)
        case .other:
            let disabled = try await database.execute(RecordAttempts(worker: worker, attempts: attempts)).first ?? []
            for subscription in disabled {
                logger.warning("subscription switched off", metadata: ["subscription": "\(subscription)"])
            }
        }
    }

    private func warn(ofLost count: Int) {
        guard count > 0 else { return }
        logger.warning(
            "leases lost before their outcome was recorded; those deliveries are sent again",
            metadata: ["deliveries": "\(count)"])
    }

    /// The database refuses the set: only the attempt that it cannot take shall be lost to the log.
    private func recordOneByOne(_ attempts: [FinishedAttempt], by path: RecordingPath, error: PostgresError) async {
        guard attempts.count > 1 else {
            // What a receiver answered is the one part of an attempt that this program has no say in.
            if attempts[0].hasText {
                logger.error(
                    "attempt recorded without the answer's text, which the database refuses",
                    metadata: ["delivery": "\(attempts[0].delivery.id)", "error": "\(error)"])
                await recordUntilTaken([attempts[0].withoutText], by: path)
                return
            }
            logger.error(
                "attempt cannot be recorded; its delivery is sent again when the lease ends",
                metadata: ["delivery": "\(attempts[0].delivery.id)", "error": "\(error)"])
            return
        }
        for attempt in attempts { await recordUntilTaken([attempt], by: path) }
    }
}
