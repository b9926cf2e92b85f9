internal import Logging
internal import Postgres
internal import WebhookStore

/// Claims what waits in lanes: retries, what slow subscriptions have piled up, what was held.
actor LaneClaimer {
    private let configuration: DeliveryEngineConfiguration
    private let database: PostgresClient
    private let loop: DeliveryLoop
    private let logger: Logger
    private var worker: WorkerID?
    /// A claim failed: the server may have done it all the same.
    private var hasLostClaim = false

    private static let lanesMax = 64

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

    /// Runs until cancelled.
    func run() async {
        while !Task.isCancelled {
            await loop.laneDue.wait(atMost: .seconds(3_600))
            while !Task.isCancelled, await claimOnce() {}
        }
    }

    /// Whether it pays to look again at once.
    private func claimOnce() async -> Bool {
        // Half the room at most: first attempts must not wait behind a pile of retries.
        let room = await min(loop.freeRoom, configuration.heldMax / 2)
        guard let worker, room > 0 else { return false }
        do throws(PostgresError) {
            if hasLostClaim {
                try await database.execute(GiveBackUnknown(worker: worker, held: loop.heldIDs, lanes: true))
            }
            hasLostClaim = true
            let claimed = try await database.execute(
                ClaimLanes(
                    worker: worker, lanes: min(Self.lanesMax, room), limit: room, lease: configuration.lease,
                    except: loop.unsignable))
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
