internal import Logging
internal import Postgres
internal import WebhookCore
internal import WebhookStore

/// Claims first attempts while there is room for them, and sleeps while there are none.
actor Claimer {
    private let configuration: DeliveryEngineConfiguration
    private let database: PostgresClient
    private let loop: DeliveryLoop
    private let lanes: LaneClaimer
    private let logger: Logger
    /// Raised by NOTIFY.
    nonisolated let work = Signal()

    private var scan = ScanPosition()
    private var worker: WorkerID?
    private var arrivals = ArrivalRate()
    private var isDrained = false
    /// Something may be leased to this worker that it does not know of: a claim failed, and the server may have done it
    /// all the same.
    private var hasLostClaim = false

    /// After a look that found the end of the queue: NOTIFY wakes it. It looks again soon all the same, because an
    /// application's transaction may have read the sleep flag before it was raised and commit after the look; then ever
    /// more rarely. The last one repeats.
    private static let naps: [Duration] = [.milliseconds(10), .milliseconds(50), .milliseconds(250), .seconds(1)]

    init(
        configuration: DeliveryEngineConfiguration, database: PostgresClient, loop: DeliveryLoop, lanes: LaneClaimer,
        logger: Logger
    ) {
        self.configuration = configuration
        self.database = database
        self.loop = loop
        self.lanes = lanes
        self.logger = logger
    }

    func setWorker(_ worker: WorkerID?) {
        // The loop may forget what it cannot prove to be its own after the session was lost.
        if worker == nil { hasLostClaim = true }
        self.worker = worker
        scan.startOver()
        work.raise()
    }

    /// Leases have been returned somewhere behind the scan.
    func startOver() {
        scan.startOver()
        work.raise()
    }

    /// Whether the last look at everything found nothing.
    var foundNothing: Bool { isDrained }

    /// How long a claim waits for more room while there is work for all of it: a claim of a few rows costs as much as one
    /// of a hundred. No longer, because what holds the room may be slow receivers.
    private static let roomWait: Duration = .milliseconds(5)

    /// While events arrive fast, a claim that emptied the queue and found so many lets some more gather for the next one,
    /// because a wake-up, a claim and a record for a dozen rows cost nearly what they cost for a hundred.
    private static let gatherMin = 12
    private static let gatherTime: Duration = .milliseconds(8)

    /// Runs until cancelled.
    func run() async {
        var emptyLooks = 0
        var isWaitWorthwhile = false
        var wasWoken = false
        while !Task.isCancelled {
            let room = await loop.freeRoom
            guard let worker, room > 0 else {
                await (worker == nil ? work : loop.room).wait(atMost: .seconds(1))
                continue
            }
            if isWaitWorthwhile, room < configuration.heldMax / 4 {
                isWaitWorthwhile = false
                await loop.room.wait(atMost: Self.roomWait)
                continue
            }
            do {
                let found = try await claim(room, for: worker)
                if found > 0 { emptyLooks = 0 }
                isWaitWorthwhile = found == room
                // What there is for the fast lane, there may be for prompt lanes; and only now that the flag is up will
                // dispatch to them be heard. Once a second somebody looks anyway.
                if wasWoken || emptyLooks < Self.naps.count - 1 { await lanes.stir(isBusy: found == room) }
                guard found < room else { continue }
                let nap = Self.naps[min(emptyLooks, Self.naps.count - 1)]
                let start = ContinuousClock.now
                await work.wait(atMost: nap)
                wasWoken = ContinuousClock.now - start < nap
                if found >= Self.gatherMin, arrivals.isFast { try? await Task.sleep(for: Self.gatherTime) }
                emptyLooks += 1
            } catch {
                guard !Task.isCancelled else { return }
                logger.warning("deliveries not claimed", metadata: ["error": "\(error)"])
                await work.wait(atMost: .seconds(1))
            }
        }
    }

    private func claim(_ room: Int, for worker: WorkerID) async throws(PostgresError) -> Int {
        if hasLostClaim {
            try await database.execute(GiveBackUnknown(worker: worker, held: loop.heldIDs, lanes: false))
            scan.startOver()
        }
        let now = ContinuousClock.now
        let above = scan.next(now: now)
        hasLostClaim = true
        let claimed = try await database.execute(
            ClaimPending(worker: worker, limit: room, above: above, lease: configuration.lease))
        // Registered anew meanwhile: these belong to a worker that others take for dead.
        guard self.worker == worker else { return 0 }
        hasLostClaim = false
        scan.claimed(claimed.map(\.id.rawValue), limit: room)
        arrivals.found(claimed.count, now: now)
        if !claimed.isEmpty {
            isDrained = false
            await loop.admit(claimed)
            if scan.wantsSample(now: now), let sample = try await database.execute(SampleHorizon()).first {
                scan.sampled(sample, at: now)
            }
        } else if above == 0 {
            isDrained = true
        } else if configuration.drains {
            // Whether this is the end only a look at everything can tell; the next one need not wait for its turn.
            scan.startOver()
        }
        return claimed.count
    }
}
