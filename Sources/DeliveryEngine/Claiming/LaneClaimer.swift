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
    /// Without them there is nothing to look for but what is known to be due.
    private var hasPromptLanes = false
    private var emptyLooks = 0
    private var lastLook: (end: ContinuousClock.Instant, cost: Duration)?

    private static let lanesMax = 64
    /// After a look that found nothing, while something may be on its way: see `Claimer`. Then nobody looks until stirred.
    private static let naps: [Duration] = [.milliseconds(10), .milliseconds(50), .milliseconds(250)]
    private static let longNap: Duration = .seconds(3_600)
    /// While the fast lane is full nobody sleeps, and nobody is notified.
    private static let busyInterval: Duration = .milliseconds(100)
    /// A look costs the more the more such subscriptions there are: so many times as long passes between two,
    private static let costFactor = 20
    /// not counting what any round trip may take.
    private static let roundTrip: Duration = .milliseconds(5)

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
        if isBusy, let lastLook, ContinuousClock.now - lastLook.end < Self.busyInterval { return }
        emptyLooks = 0
        loop.laneDue.raise()
    }

    /// Runs until cancelled.
    func run() async {
        var nap = Self.longNap
        while !Task.isCancelled {
            await loop.laneDue.wait(atMost: nap)
            if hasPromptLanes {
                nap = await lookAndClaim()
            } else {
                while !Task.isCancelled, await claimOnce() {}
                nap = Self.longNap
            }
        }
    }

    /// Returns in how long to look again, at the latest.
    private func lookAndClaim() async -> Duration {
        while !Task.isCancelled, let worker {
            let again = await loop.takeLanesWithMore()
            guard let due = await look(as: worker) else { break }
            guard due <= .zero || !again.isEmpty else {
                emptyLooks += 1
                return min(due, nap)
            }
            guard await claimOnce(again: again) else {
                // Another worker was faster, or there is no room.
                emptyLooks += 1
                return max(nap == Self.longNap ? Self.naps.last! : nap, due)
            }
            emptyLooks = 0
        }
        return Self.naps.last!
    }

    private var nap: Duration {
        emptyLooks <= Self.naps.count ? Self.naps[max(0, emptyLooks - 1)] : Self.longNap
    }

    /// Advances prompt lanes; in how long one is due. `nil`: the database does not say.
    private func look(as worker: WorkerID) async -> Duration? {
        if let lastLook {
            let next = lastLook.end + max(.zero, lastLook.cost - Self.roundTrip) * Self.costFactor
            if next > .now { try? await Task.sleep(until: next, clock: .continuous) }
        }
        let start = ContinuousClock.now
        defer { lastLook = (end: .now, cost: ContinuousClock.now - start) }
        do throws(PostgresError) {
            let answer = try await database.execute(AdvancePromptLanes(worker: worker, except: loop.unsignable))
            return (answer.first ?? nil) ?? Self.longNap
        } catch {
            logger.warning("lanes not looked at", metadata: ["error": "\(error)"])
            return nil
        }
    }

    /// Whether it pays to look again at once.
    private func claimOnce(again: [SubscriptionID] = []) async -> Bool {
        let room = await loop.freeLaneRoom()
        guard let worker, room > 0 else { return false }
        do throws(PostgresError) {
            if hasLostClaim {
                try await database.execute(GiveBackUnknown(worker: worker, held: loop.heldIDs, lanes: true))
            }
            hasLostClaim = true
            let claimed = try await database.execute(
                ClaimLanes(
                    worker: worker, lanes: min(Self.lanesMax, room), limit: room, lease: configuration.lease,
                    except: loop.unsignable, again: again))
            hasLostClaim = false
            // Registered anew meanwhile: these belong to a worker that others take for dead.
            guard self.worker == worker else { return false }
            await loop.admit(claimed)
            return !claimed.isEmpty
        } catch {
            guard !Task.isCancelled else { return false }
            logger.warning("lanes not claimed", metadata: ["error": "\(error)"])
            return false
        }
    }
}
