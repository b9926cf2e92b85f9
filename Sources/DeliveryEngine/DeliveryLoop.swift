internal import Logging
internal import Postgres
internal import WebhookCore
internal import WebhookStore

/// The life of a delivery on a worker: admitted after its claim, signed, sent, judged, handed to the recorder, forgotten
/// when it is recorded.
///
/// All of it in sets, and one actor for all the state: what costs a microsecond each is done for many at a time.
actor DeliveryLoop {
    private let configuration: DeliveryEngineConfiguration
    private let database: PostgresClient
    private let directory: SubscriptionDirectory
    private let sender: Sender
    private let completions: CompletionBox
    private let logger: Logger
    /// Raised when there is room for a claim again.
    nonisolated let room = Signal()
    /// Raised when a lane has been given back and is due again, or may be.
    nonisolated let laneDue = Signal()

    private var recorder: AttemptRecorder?
    private var worker: WorkerID?
    private var queues: [SubscriptionID: SubscriptionQueue] = [:]
    /// Subscriptions that have something to send and may, each once.
    private var line: [SubscriptionID] = []
    private var inFlight = 0
    /// Everything claimed and neither recorded nor given away, and since when its lease runs: a lease that is taken
    /// again here is not sent twice.
    private var held: [DeliveryID: ContinuousClock.Instant] = [:]
    private var heldBytes = HeldBytes()
    /// While the worker is not registered others may take what it holds: nothing leaves then.
    private var isRegistered = false
    private var isStopping = false
    private var diverting: Set<SubscriptionID> = []
    private var idleWaiters: [CheckedContinuation<Void, Never>] = []

    init(
        configuration: DeliveryEngineConfiguration, database: PostgresClient, directory: SubscriptionDirectory,
        sender: Sender, completions: CompletionBox, logger: Logger
    ) {
        self.configuration = configuration
        self.database = database
        self.directory = directory
        self.sender = sender
        self.completions = completions
        self.logger = logger
    }

    func start(recorder: AttemptRecorder) {
        self.recorder = recorder
        completions.whenAnnounced { Task { await self.takeCompletions() } }
    }

    // MARK: Room

    /// How many deliveries may be claimed now.
    var freeRoom: Int { isStopping ? 0 : heldBytes.room(max(0, configuration.heldMax - held.count)) }

    var isIdle: Bool { held.isEmpty }

    /// - Parameter worker: `nil` while the session that proves the worker alive is lost.
    func setWorker(_ worker: WorkerID?) async {
        guard let worker else {
            isRegistered = false
            return
        }
        let before = self.worker
        self.worker = worker
        if before == worker {
            await confirmWaiting(of: worker)
        } else if before != nil {
            // What waits here belonged to a worker that was found dead: others have it now.
            await forget(takeWaiting())
        }
        isRegistered = true
        sendNext()
    }

    /// The server may have crashed, and undone claims: what has not been sent is sent only if nobody has taken it since.
    private func confirmWaiting(of worker: WorkerID) async {
        let waiting = takeWaiting()
        guard !waiting.isEmpty else { return }
        var confirmed: Set<DeliveryID> = []
        do {
            let fast = waiting.filter { $0.lane != .waiting }.map(\.id)
            confirmed = try await Set(
                database.execute(
                    ConfirmLeases(worker: worker, deliveries: fast, lease: configuration.lease),
                    deadline: Self.stopDeadline))
        } catch {
            // The next claim gives back what is still leased.
            logger.warning("leases not confirmed", metadata: ["deliveries": "\(waiting.count)", "error": "\(error)"])
        }
        await forget(waiting.filter { $0.lane != .waiting && !confirmed.contains($0.id) })
        await place(waiting.filter { $0.lane == .waiting || confirmed.contains($0.id) })
    }

    /// Subscriptions whose secret this worker cannot open.
    var unsignable: [SubscriptionID] { directory.unusable(now: .now) }

    /// Everything this worker knows to be leased to it.
    var heldIDs: [DeliveryID] { Array(held.keys) }

    /// Extends the leases that have run for a while: a request may take longer than a lease.
    func renewLeases() async {
        let now = ContinuousClock.now
        let old = held.filter { now - $0.value > configuration.lease / 3 }.map(\.key)
        guard !old.isEmpty, isRegistered, let worker else { return }
        do {
            let renewed = try await database.execute(
                RenewLeases(worker: worker, deliveries: old, lease: configuration.lease))
            for id in renewed where held[id] != nil { held[id] = now }
        } catch {
            logger.warning("leases not renewed", metadata: ["deliveries": "\(old.count)", "error": "\(error)"])
        }
    }

    // MARK: Admit

    /// Takes over what was claimed: sends it, lets it wait for its turn, or parks it.
    func admit(_ claimed: [ClaimedDelivery]) async {
        let now = ContinuousClock.now
        var taken: [ClaimedDelivery] = []
        for delivery in claimed where held.updateValue(now, forKey: delivery.id) == nil {
            if delivery.lane == .waiting { queues[delivery.subscriptionID, default: newQueue()].laneDeliveries += 1 }
            taken.append(delivery)
        }
        heldBytes.claimed(taken.lazy.map(\.data.count))
        await place(taken)
    }

    /// Decides about deliveries that are held: in line for their subscription, or away from here.
    private func place(_ deliveries: [ClaimedDelivery]) async {
        let now = ContinuousClock.now
        var parked: [ClaimedDelivery] = []
        var left: [ClaimedDelivery] = []
        let read = await readUnknown(of: deliveries, now: now)
        for delivery in deliveries {
            switch entry(for: delivery, read, now: now) {
            case .active(let subscription): enqueue(delivery, for: subscription)
            case .inactive(let subscription) where delivery.lane == .test: enqueue(delivery, for: subscription)
            case .inactive, .gone: parked.append(delivery)
            // For a worker that has the key: in its lane, which this one leaves alone.
            case .unusable: parked.append(delivery)
            // Looked at again when the lease ends: given back now, they would come back at once, without end.
            case nil: left.append(delivery)
            }
        }
        if isStopping {
            parked += takeWaiting()
        }
        sendNext()
        await handBack(parked)
        await forget(left)
    }

    /// What the directory does not know, or not in the version that was claimed.
    private func readUnknown(
        of deliveries: [ClaimedDelivery], now: ContinuousClock.Instant
    ) async -> [SubscriptionID: SubscriptionDirectory.Entry] {
        var unknown: Set<SubscriptionID> = []
        for delivery in deliveries {
            guard let version = delivery.subscriptionVersion,
                directory.known(delivery.subscriptionID, version: version, now: now) == nil
            else { continue }
            unknown.insert(delivery.subscriptionID)
        }
        guard !unknown.isEmpty else { return [:] }
        do {
            return try await directory.load(Array(unknown))
        } catch {
            logger.warning(
                "subscriptions not read", metadata: ["subscriptions": "\(unknown.count)", "error": "\(error)"])
            return [:]
        }
    }

    /// `nil`: the database did not say.
    private func entry(
        for delivery: ClaimedDelivery, _ read: [SubscriptionID: SubscriptionDirectory.Entry],
        now: ContinuousClock.Instant
    ) -> SubscriptionDirectory.Entry? {
        guard let version = delivery.subscriptionVersion else { return .gone }
        return read[delivery.subscriptionID]
            ?? directory.known(delivery.subscriptionID, version: version, now: now)
    }

    private func newQueue() -> SubscriptionQueue {
        SubscriptionQueue(concurrency: configuration.subscriptionConcurrency)
    }

    private func enqueue(_ delivery: ClaimedDelivery, for subscription: Subscription) {
        let id = delivery.subscriptionID
        queues[id, default: newQueue()].load.concurrency =
            subscription.settings.concurrency ?? configuration.subscriptionConcurrency
        queues[id]?.append(delivery)
        joinLine(id)
    }

    private func joinLine(_ id: SubscriptionID) {
        guard let queue = queues[id], !queue.isInLine, queue.count > 0, queue.load.hasRoom else { return }
        queues[id]?.isInLine = true
        line.append(id)
    }

    // MARK: Sign and send

    /// Sends as much as may be in flight, subscription by subscription in turn.
    private func sendNext() {
        guard !isStopping, isRegistered else { return }
        var sendings: [Sending] = []
        var changed: [ClaimedDelivery] = []
        var expired: [ClaimedDelivery] = []
        var head = 0
        let now = ContinuousClock.now
        let sentAt = WallClock.now
        while head < line.count, inFlight < configuration.concurrency {
            let id = line[head]
            head += 1
            queues[id]?.isInLine = false
            guard let delivery = queues[id]?.popFirst() else { continue }
            guard let since = held[delivery.id], now - since < configuration.lease else {
                // Its lease has ended while it waited, or while this process stood still: others may have it.
                expired.append(delivery)
                joinLine(id)
                continue
            }
            guard let sending = sign(delivery, at: sentAt, now: now) else {
                changed.append(delivery)
                joinLine(id)
                continue
            }
            queues[id]?.load.started(now: now)
            inFlight += 1
            sendings.append(sending)
            joinLine(id)
        }
        line.removeFirst(head)
        // Their subscription changed while they waited.
        if !changed.isEmpty { Task { await place(changed) } }
        if !expired.isEmpty { Task { await forget(expired) } }
        guard !sendings.isEmpty else { return }
        sender.send(sendings) { [completions] in completions.put($0) }
    }

    private func sign(_ delivery: ClaimedDelivery, at sentAt: Timestamp, now: ContinuousClock.Instant) -> Sending? {
        let subscription: Subscription
        switch directory.known(delivery.subscriptionID, now: now) {
        case .active(let active): subscription = active
        case .inactive(let inactive) where delivery.lane == .test: subscription = inactive
        default: return nil
        }
        return Sending(
            delivery: delivery, subscription: subscription,
            request: SignedRequest(delivery, to: subscription, now: sentAt, userAgent: configuration.userAgent),
            sentAt: sentAt)
    }

    // MARK: Judge and record

    private func takeCompletions() async {
        guard let recorder else { return }
        let ended = completions.takeAll()
        let now = ContinuousClock.now
        let wallNow = WallClock.now
        var attempts: [FinishedAttempt] = []
        attempts.reserveCapacity(ended.count)
        for sent in ended {
            inFlight -= 1
            let id = sent.sending.delivery.subscriptionID
            queues[id]?.load.ended(after: sent.outcome.duration, now: now)
            joinLine(id)
            attempts.append(judge(sent, now: wallNow))
        }
        sendNext()
        await recorder.record(attempts)
    }

    private func judge(_ sent: Sent, now: Timestamp) -> FinishedAttempt {
        let sending = sent.sending
        return FinishedAttempt(
            requestID: sending.request.id, deliveries: [sending.delivery], subscription: sending.subscription,
            sentAt: sending.sentAt, signature: sending.request.signature, outcome: sent.outcome,
            verdict: Verdict(
                on: sent.outcome, of: sending.delivery, policy: sending.subscription.retryPolicy, now: now))
    }

    /// Recorded, or given up: forgotten here either way.
    func settled(_ attempts: [FinishedAttempt]) async {
        await forget(attempts.flatMap(\.deliveries))
    }

    private func forget(_ deliveries: [ClaimedDelivery]) async {
        var emptyLanes: [SubscriptionID] = []
        for delivery in deliveries {
            if held.removeValue(forKey: delivery.id) != nil { heldBytes.forgotten(delivery.data.count) }
            let id = delivery.subscriptionID
            guard queues[id] != nil else { continue }
            if delivery.lane == .waiting {
                queues[id]!.laneDeliveries -= 1
                if queues[id]!.laneDeliveries == 0 { emptyLanes.append(id) }
            }
            if queues[id]!.isIdle { queues[id] = nil }
        }
        if held.count <= configuration.heldMax * 3 / 4 { room.raise() }
        if held.isEmpty { resumeIdleWaiters() }
        await release(emptyLanes)
    }

    /// Gives lanes back of which nothing is left here.
    private func release(_ lanes: [SubscriptionID]) async {
        guard !lanes.isEmpty, let worker else { return }
        do {
            let due =
                try await database.execute(
                    ReleaseLanes(worker: worker, subscriptions: lanes), deadline: Self.stopDeadline
                ).first ?? 0
            if due > 0 { laneDue.raise() }
        } catch {
            // The lease ends by itself.
            logger.warning("lanes not given back", metadata: ["lanes": "\(lanes.count)", "error": "\(error)"])
        }
    }

    // MARK: Park

    /// Deliveries that cannot go out now leave this worker: first attempts into their subscription's lane, the others
    /// back to where they were.
    private func handBack(_ deliveries: [ClaimedDelivery]) async {
        guard !deliveries.isEmpty else { return }
        if let worker { await handBack(deliveries, of: worker) }
        await forget(deliveries)
    }

    private func handBack(_ deliveries: [ClaimedDelivery], of worker: WorkerID) async {
        let fromLanes = deliveries.filter { $0.lane == .waiting }.map(\.id)
        let fromFast = deliveries.filter { $0.lane != .waiting }.map(\.id)
        do {
            if !fromFast.isEmpty {
                try await database.execute(ParkDeliveries(worker: worker, deliveries: fromFast))
            }
            if !fromLanes.isEmpty {
                try await database.execute(GiveBackDeliveries(worker: worker, deliveries: fromLanes))
            }
        } catch {
            // Their leases end by themselves.
            logger.warning(
                "deliveries not parked", metadata: ["deliveries": "\(deliveries.count)", "error": "\(error)"])
        }
    }

    /// Looks for subscriptions that have turned slow: what waits for them too long leaves this worker, and their backlog
    /// leaves the fast lane, so that neither stands in front of the others.
    func moveSlowAside() async {
        let now = ContinuousClock.now
        for (id, queue) in queues where queue.count > 0 {
            guard let most = queue.load.queueMax(now: now), queue.count > most else { continue }
            guard let excess = queues[id]?.takeExcess(beyond: most), !excess.isEmpty else { continue }
            await handBack(excess)
            if excess.contains(where: { $0.lane == .fast }), diverting.insert(id).inserted {
                // A large backlog takes many steps; meanwhile the others are watched.
                Task {
                    await divert(id)
                    diverting.remove(id)
                }
            }
        }
    }

    private func divert(_ id: SubscriptionID) async {
        logger.info("subscription is slow: its deliveries wait in its own lane", metadata: ["subscription": "\(id)"])
        let limit = 5_000
        do {
            while try await database.execute(DivertSubscription(subscription: id, limit: limit)).first == limit {}
        } catch {
            logger.warning("backlog not diverted", metadata: ["subscription": "\(id)", "error": "\(error)"])
        }
    }

    // MARK: Stop

    /// A database that is away must not hold up a worker that stops, or one that comes back.
    private static let stopDeadline: Duration = .seconds(5)

    /// Sends nothing more and gives back what waits. What is in flight goes on.
    func stop() async {
        isStopping = true
        let waiting = takeWaiting()
        guard !waiting.isEmpty, let worker else { return await forget(waiting) }
        do {
            try await database.execute(
                GiveBackDeliveries(worker: worker, deliveries: waiting.map(\.id)), deadline: Self.stopDeadline)
        } catch {
            logger.warning("deliveries not given back", metadata: ["error": "\(error)"])
        }
        await forget(waiting)
    }

    private func takeWaiting() -> [ClaimedDelivery] {
        var waiting: [ClaimedDelivery] = []
        for id in queues.keys {
            while let delivery = queues[id]?.popFirst() { waiting.append(delivery) }
            queues[id]?.isInLine = false
        }
        line = []
        return waiting
    }

    /// Returns when nothing is held any more.
    func finish() async {
        guard !held.isEmpty else { return }
        await withCheckedContinuation { idleWaiters.append($0) }
    }

    /// The time for what is in flight is over.
    func giveUp() {
        resumeIdleWaiters()
    }

    private func resumeIdleWaiters() {
        let waiters = idleWaiters
        idleWaiters = []
        for waiter in waiters { waiter.resume() }
    }
}
