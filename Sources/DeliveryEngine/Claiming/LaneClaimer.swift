internal import Logging
internal import Postgres
internal import WebhookCore
internal import WebhookStore

/// Claims what waits in lanes: retries, what slow subscriptions have piled up, what was held; and everything of those
/// with an order or a rate limit, whose lanes it looks after as promptly as the fast lane.
actor LaneClaimer {
    private let configuration: DeliveryEngineConfiguration
    private let database: PostgresClient
    private let loop: DeliveryLoop
    private let logger: Logger
    private var worker: WorkerID?
    /// A claim failed: the server may have done it all the same.
    private var hasLostClaim = false
    private var claimsUnderWay = 0
    /// Raised while a claim returns many batches: PostgreSQL takes longer to gather them than this worker to send them, so
    /// there are two claims at a time.
    private let flushing = Signal()
    private static let manyBatches = 8
    /// The last claim returned many batches.
    private var isFlushing = false
    /// Without them there is nothing to look for but what is known to be due.
    private var hasPromptLanes = false
    private var emptyLooks = 0
    private var pace = LookPace()

    private static let lanesMax = 64
    /// While batches flow: the other claim cannot have what this one locks, and a few lanes with several batches each cost
    /// less than many with one.
    private static let flushingLanesMax = 12
    /// After a look that found nothing, while something may be on its way: see `Claimer`. Then nobody looks until stirred.
    private static let naps: [Duration] = [.milliseconds(10), .milliseconds(50), .milliseconds(250)]
    private static let longNap: Duration = .seconds(3_600)
    /// While the fast lane is full nobody sleeps, and nobody is notified.
    private static let busyInterval: Duration = .milliseconds(100)

    private enum Claim {
        /// Something was found, or there are lanes that were not asked.
        case mayHaveMore
        /// So much was found that another claim may begin while this one is sent.
        case manyBatches
        case nothing
        /// There was no room, or the database did not answer.
        case notMade

        var mayHaveMore: Bool { self == .mayHaveMore || self == .manyBatches }
    }

    init(
        configuration: DeliveryEngineConfiguration, database: PostgresClient, loop: DeliveryLoop, logger: Logger
    ) {
        self.configuration = configuration
        self.database = database
        self.loop = loop
        self.logger = logger
    }

    func setWorker(_ worker: WorkerID?) {
        self.worker = worker
    }

    func tended(_ row: TendQueue.Row) {
        if row.hasPromptLanes, !hasPromptLanes { loop.laneDue.raise() }
        hasPromptLanes = row.hasPromptLanes
        if row.laneIsDue { loop.laneDue.raise() }
    }

    /// Something was dispatched, or may have been.
    ///
    /// - Parameter isBusy: and more of it than can be taken: this will be said again before long.
    func stir(isBusy: Bool = false) {
        guard hasPromptLanes else { return }
        if isBusy, let lastEnd = pace.lastEnd, ContinuousClock.now - lastEnd < Self.busyInterval { return }
        emptyLooks = 0
        loop.laneDue.raise()
    }

    /// Runs until cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.claimBeside() }
            await self.claimWhenDue()
        }
    }

    /// The second of two claims at a time.
    private func claimBeside() async {
        while !Task.isCancelled {
            await flushing.wait(atMost: Self.longNap)
            while !Task.isCancelled, await claimOnce() == .manyBatches {}
        }
    }

    private func claimWhenDue() async {
        var nap = Self.longNap
        while !Task.isCancelled {
            await loop.laneDue.wait(atMost: nap)
            if hasPromptLanes {
                nap = await lookAndClaim()
            } else {
                while !Task.isCancelled, await claimOnce().mayHaveMore {}
                nap = Self.longNap
            }
        }
    }

    /// Returns in how long to look again, at the latest.
    private func lookAndClaim() async -> Duration {
        while !Task.isCancelled, let worker, await loop.freeLaneRoom() > 0 {
            if let rest = pace.rest(now: .now) {
                // What is known to be due does not wait for the next look.
                switch await claimOnce() {
                case .mayHaveMore, .manyBatches: continue
                case .nothing: return rest
                case .notMade: return max(rest, Self.naps.last!)
                }
            }
            guard let due = await look(as: worker) else { break }
            let asksAgain = await loop.hasLanesWithMore
            guard due <= .zero || asksAgain else {
                emptyLooks += 1
                return min(due, nap)
            }
            switch await claimOnce() {
            case .mayHaveMore, .manyBatches: emptyLooks = 0
            case .nothing where due > .zero:
                emptyLooks += 1
                return min(due, nap)
            case .nothing:
                // Another worker was faster.
                emptyLooks += 1
                return min(nap, Self.naps.last!)
            case .notMade: return Self.naps.last!
            }
        }
        return Self.naps.last!
    }

    private var nap: Duration {
        emptyLooks <= Self.naps.count ? Self.naps[max(0, emptyLooks - 1)] : Self.longNap
    }

    /// Advances prompt lanes; in how long one is due. `nil`: the database does not say.
    private func look(as worker: WorkerID) async -> Duration? {
        let start = ContinuousClock.now
        do throws(PostgresError) {
            let answer = try await database.execute(AdvancePromptLanes(worker: worker, except: loop.unclaimable))
            pace.looked(from: start, to: .now)
            return (answer.first ?? nil) ?? Self.longNap
        } catch {
            logger.warning("lanes not looked at", metadata: ["error": "\(error)"])
            return nil
        }
    }

    private func claimOnce() async -> Claim {
        // What a lost claim has leased is given back when no other is under way, which would lose its own.
        guard !hasLostClaim || claimsUnderWay == 0 else { return .notMade }
        claimsUnderWay += 1
        defer { claimsUnderWay -= 1 }
        let room = await loop.freeLaneRoom() / claimsUnderWay
        guard let worker, room > 0 else { return .notMade }
        // A claim may return one delivery of each lane: so that they fit, the lanes share the room.
        let again = await loop.takeLanesWithMore(atMost: min(Self.lanesMax, max(1, room / 2)))
        do throws(PostgresError) {
            if hasLostClaim {
                try await database.execute(GiveBackUnknown(worker: worker, held: loop.heldIDs, lanes: true))
                hasLostClaim = false
            }
            let claimed = try await database.execute(
                ClaimLanes(
                    worker: worker,
                    lanes: min(isFlushing ? Self.flushingLanesMax : Self.lanesMax, max(1, room - again.count)),
                    limit: room,
                    lease: configuration.lease, except: loop.unclaimable, again: again))
            // Registered anew meanwhile: these belong to a worker that others take for dead.
            guard self.worker == worker else { return .notMade }
            let hasManyBatches = claimed.count(where: \.isBatch) >= Self.manyBatches
            isFlushing = hasManyBatches
            if hasManyBatches { flushing.raise() }
            await loop.admit(claimed)
            if hasManyBatches { return .manyBatches }
            let hasMore = await loop.hasLanesWithMore
            return hasMore || !claimed.isEmpty ? .mayHaveMore : .nothing
        } catch {
            hasLostClaim = true
            await loop.putBackLanesWithMore(again)
            if !Task.isCancelled { logger.warning("lanes not claimed", metadata: ["error": "\(error)"]) }
            return .notMade
        }
    }
}
