internal import Logging
internal import Postgres
internal import WebhookStore

/// Passes on what the registration session learns, to those who work with it.
actor Duties {
    private let loop: DeliveryLoop
    private let recorder: AttemptRecorder
    private let claimer: Claimer
    private let lanes: LaneClaimer
    private let background: BackgroundDuties
    private var worker: WorkerID?
    private var drainWaiter: CheckedContinuation<Void, Never>?

    init(
        loop: DeliveryLoop, recorder: AttemptRecorder, claimer: Claimer, lanes: LaneClaimer,
        background: BackgroundDuties
    ) {
        self.loop = loop
        self.recorder = recorder
        self.claimer = claimer
        self.lanes = lanes
        self.background = background
    }

    /// - Parameter worker: `nil` while the session is lost: what is in the air goes on, nothing more is claimed.
    func registered(_ worker: WorkerID?) async {
        if let worker {
            self.worker = worker
            await recorder.setWorker(worker)
        }
        await loop.setWorker(worker)
        await lanes.setWorker(worker)
        await claimer.setWorker(worker)
    }

    func tended(_ row: TendQueue.Row) async {
        if row.deadWorkers > 0 { await claimer.startOver() }
        await lanes.tended(row)
        await background.tended(row)
        if drainWaiter != nil, !row.laneIsDue, await claimer.foundNothing, await loop.isIdle {
            drainWaiter?.resume()
            drainWaiter = nil
        }
    }

    /// Returns when nothing is due: the fast lane empty, no lane due, nothing in the air. May be called once.
    func drained() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if Task.isCancelled { continuation.resume() } else { drainWaiter = continuation }
            }
        } onCancel: {
            Task { await self.stopWaiting() }
        }
    }

    private func stopWaiting() {
        drainWaiter?.resume()
        drainWaiter = nil
    }

    /// Gives back whatever is still leased.
    func retire(in database: PostgresClient, logger: Logger) async {
        guard let worker else { return }
        do {
            try await database.execute(RetireWorker(worker: worker), deadline: .seconds(5))
        } catch {
            logger.warning("leases not given back: they end by themselves", metadata: ["error": "\(error)"])
        }
    }
}
