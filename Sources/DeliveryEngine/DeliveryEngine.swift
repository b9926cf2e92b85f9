internal import Curl
public import Logging
public import Postgres
public import ServiceLifecycle
public import WebhookCore
public import WebhookStore

/// One worker: claims deliveries, sends them, records what came of them, until it is told to stop.
///
/// Any number of workers share a database: none of them knows of the others but through it.
public struct DeliveryEngine: Service {
    private let configuration: DeliveryEngineConfiguration
    private let database: PostgresClient
    private let subscriptions: SubscriptionStore
    private let addressGuard: AddressGuard
    private let logger: Logger

    /// - Parameter addressGuard: asked for every address before a packet goes there.
    public init(
        configuration: DeliveryEngineConfiguration, database: PostgresClient, subscriptions: SubscriptionStore,
        addressGuard: AddressGuard, logger: Logger
    ) {
        self.configuration = configuration
        self.database = database
        self.subscriptions = subscriptions
        self.addressGuard = addressGuard
        self.logger = logger
    }

    /// Returns when the worker has stopped in order: after a graceful shutdown, its time limit, or the end of all work
    /// when it drains. It begins when the database has the schema of this release.
    ///
    /// All of it on the thread of the database: what follows from a notification or an answer of the database waits for no
    /// other thread, and beside it only curl's is at work.
    ///
    /// - Throws: `OlderSchema` when the database has not the schema and the worker drains.
    public func run() async throws {
        let end = configuration.timeLimit.map { ContinuousClock.now + $0 }
        let wait = SchemaWait(database: database, logger: logger, isUrgent: configuration.drains)
        try await withTaskExecutorPreference(database.executor) {
            guard try await wait.run(until: end) else { return }
            await work(until: end)
        }
    }

    private func work(until end: ContinuousClock.Instant?) async {
        let completions = CompletionBox()
        let memory = ResponseMemory(bytesMax: Self.responseBytesMax)
        let curl = CurlClient(
            configuration: CurlConfiguration(
                connectionsMax: max(512, configuration.concurrency * 2),
                responseMemory: memory,
                readBufferBytes: configuration.concurrency > 1_024 ? 2_048 : 16_384,
                addressGuard: { [addressGuard] in addressGuard.permits($0.bytes) },
                completionsCalled: { completions.announce() }))
        let directory = SubscriptionDirectory(subscriptions, logger: logger)
        let loop = DeliveryLoop(
            configuration: configuration, database: database, directory: directory, sender: Sender(curl),
            completions: completions, logger: logger)
        let background = BackgroundDuties(database: database, logger: logger)
        let recorder = AttemptRecorder(database, logger: logger) { attempts in
            background.recorded()
            memory.release(attempts.reduce(0) { $0 + $1.responseBytes })
            await loop.settled(attempts)
        }
        await loop.start(recorder: recorder)
        let lanes = LaneClaimer(configuration: configuration, database: database, loop: loop, logger: logger)
        let claimer = Claimer(
            configuration: configuration, database: database, loop: loop, lanes: lanes, logger: logger)
        let duties = Duties(
            loop: loop, recorder: recorder, claimer: claimer, lanes: lanes, background: background)

        // The lock is given up last: until then nobody takes what this worker still has in the air.
        await withTaskGroup { alive in
            alive.addTask { await registration(duties).run() }
            await withTaskGroup { claiming in
                claiming.addTask { await claimer.run() }
                claiming.addTask { await lanes.run() }
                claiming.addTask { await listen(directory: directory, claimer: claimer, lanes: lanes) }
                claiming.addTask { await watch(loop) }
                claiming.addTask { await background.run() }
                await stopReason(end: end, duties: duties, background: background)
                claiming.cancelAll()
            }
            await finish(loop: loop, recorder: recorder)
            alive.cancelAll()
        }
        await curl.shutdown(grace: .zero)
        await duties.retire(in: database, logger: logger)
    }

    /// What responses may take until they are recorded: 64 of the longest. Those that come in take up to twice as much,
    /// since they grow by doubling.
    private static let responseBytesMax = 4 * 1_048_576

    private func registration(_ duties: Duties) -> WorkerRegistration {
        WorkerRegistration(
            configuration: configuration, database: database, logger: logger,
            registered: { await duties.registered($0) }, tended: { await duties.tended($0) })
    }

    private func listen(directory: SubscriptionDirectory, claimer: Claimer, lanes: LaneClaimer) async {
        for await event in database.listen(["martlet_work", "martlet_subscriptions"]) {
            switch event {
            case .notification("martlet_work", _):
                claimer.work.raise()
                await lanes.stir()
            case .notification(_, let payload): directory.forget(SubscriptionID(payload))
            case .gap:
                directory.forget(nil)
                claimer.work.raise()
            }
        }
    }

    /// How soon a subscription that falls silent is noticed, and a lease that has run for a while.
    private static let watchInterval: Duration = .milliseconds(100)
    /// Something that is admitted ends it.
    private static let watchIntervalWhenIdle: Duration = .seconds(3_600)

    private func watch(_ loop: DeliveryLoop) async {
        while !Task.isCancelled {
            await loop.moveSlowAside()
            await loop.renewLeases()
            if await loop.needsWatching {
                try? await Task.sleep(for: Self.watchInterval)
            } else {
                await loop.admitted.wait(atMost: Self.watchIntervalWhenIdle)
            }
        }
    }

    /// Returns at the first reason to stop.
    private func stopReason(
        end: ContinuousClock.Instant?, duties: Duties, background: BackgroundDuties
    ) async {
        await withTaskGroup { reasons in
            reasons.addTask { try? await gracefulShutdown() }
            if let end {
                reasons.addTask { try? await Task.sleep(until: end, clock: .continuous) }
            }
            if configuration.drains {
                reasons.addTask {
                    async let maintained: Void = background.maintainedOnce()
                    await duties.drained()
                    await maintained
                }
            }
            await reasons.next()
            reasons.cancelAll()
        }
    }

    /// The longest that a request may take, and then some to record it.
    private static let requestMax: Duration = .seconds(32)

    /// Gives what is in flight the time it may have.
    private func finish(loop: DeliveryLoop, recorder: AttemptRecorder) async {
        // Nobody is in a hurry when the time limit or the end of the work is the reason: a request may take its time.
        let endsByItself = configuration.timeLimit != nil || configuration.drains
        let grace = endsByItself ? max(configuration.shutdownGrace, Self.requestMax) : configuration.shutdownGrace
        await loop.stop()
        await withTaskGroup { group in
            group.addTask { await loop.finish() }
            group.addTask {
                try? await Task.sleep(for: grace)
                guard !Task.isCancelled else { return }
                logger.warning("not everything ended within the grace period: other workers will send it again")
                await recorder.giveUp()
                await loop.giveUp()
            }
            await group.next()
            group.cancelAll()
        }
    }
}
