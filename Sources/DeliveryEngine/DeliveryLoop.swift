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
    private let leases: Leases
    private let directory: SubscriptionDirectory
    private let sender: Sender
    private let completions: CompletionBox
    private let logger: Logger
    /// For tasks that begin here: see `DeliveryEngine.run`.
    private nonisolated let executor: any TaskExecutor
    /// Raised when there is room for a claim again.
    nonisolated let room = Signal()
    /// Raised when a lane has been given back and is due again, or may be.
    nonisolated let laneDue = Signal()
    /// Raised when there is something to watch (`needsWatching`).
    nonisolated let admitted = Signal()

    private var recorder: AttemptRecorder?
    private var worker: WorkerID?
    private var queues: [SubscriptionID: SubscriptionQueue] = [:]
    /// Subscriptions that have something to send and may, each once.
    private var line: [SubscriptionQueue] = []
    private var slots: RequestSlots
    private var held = HeldDeliveries()
    private var lanesWantRoom = false
    /// Ordered lanes of this worker that may have more, now that it is done with a key.
    private var lanesWithMore: Set<SubscriptionID> = []
    /// Subscriptions whose receivers take longer than `SubscriptionLoad.waitMax` and of which more was claimed than could
    /// wait here.
    private var resting = RestingLanes()
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
        leases = Leases(database: database, length: configuration.lease, logger: logger)
        self.directory = directory
        self.sender = sender
        self.completions = completions
        self.logger = logger
        executor = database.executor
        slots = RequestSlots(total: configuration.concurrency)
    }

    func start(recorder: AttemptRecorder) {
        self.recorder = recorder
        completions.whenAnnounced { [executor] in
            Task(executorPreference: executor) { await self.takeCompletions() }
        }
    }

    // MARK: Room

    /// How many deliveries may be claimed now.
    var freeRoom: Int { isStopping ? 0 : held.bytes.room(freeCount) }

    /// Deliveries, whatever their size.
    private var freeCount: Int { max(0, configuration.heldMax - held.count) }

    /// How many out of lanes: half of everything at most, so that first attempts of the fast lane find the rest.
    private var laneRoom: Int {
        guard !isStopping else { return 0 }
        return held.bytes.laneRoom(max(0, min(freeCount, max(1, configuration.heldMax / 2) - held.ofLanes)))
    }

    /// The same for who will want to know when there is some again.
    func freeLaneRoom() -> Int {
        let room = laneRoom
        lanesWantRoom = room == 0
        return room
    }

    var hasLanesWithMore: Bool { !lanesWithMore.isEmpty }

    /// Up to `count` lanes to be claimed from again, each once.
    func takeLanesWithMore(atMost count: Int) -> [SubscriptionID] {
        let taken = Array(lanesWithMore.prefix(count))
        lanesWithMore.subtract(taken)
        return taken
    }

    /// They were not claimed from.
    func putBackLanesWithMore(_ lanes: [SubscriptionID]) {
        lanesWithMore.formUnion(lanes.filter { queues[$0].map { $0.laneDeliveries > 0 } ?? false })
    }

    var isIdle: Bool { held.isEmpty }

    /// Whether `moveSlowAside` and `renewLeases` may find anything to do, now or by the mere passing of time.
    var needsWatching: Bool { !held.isEmpty || !queues.isEmpty || !resting.subscriptions.isEmpty }

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

    /// The server may have crashed, and undone claims of the fast lane, which do not wait for the disk: what has not been
    /// sent is sent only if nobody has taken it since.
    private func confirmWaiting(of worker: WorkerID) async {
        var waiting: [ClaimedDelivery] = []
        for queue in queues.values { waiting += queue.takeFast() }
        guard !waiting.isEmpty else { return }
        let confirmed = await leases.confirm(waiting, of: worker)
        await forget(waiting.filter { !confirmed.contains($0.id) })
        await place(waiting.filter { confirmed.contains($0.id) }, claimedAt: .now)
    }

    /// Subscriptions from whose lanes nothing is to be claimed: this worker cannot open their secret, or has enough.
    var unclaimable: [SubscriptionID] { directory.unusable(now: .now) + resting.subscriptions }

    /// Everything this worker knows to be leased to it.
    var heldIDs: [DeliveryID] { held.ids }

    /// Extends the leases that have run for a while: a request may take longer than a lease.
    func renewLeases() async {
        let now = ContinuousClock.now
        let old = held.ids(olderThan: configuration.lease / 3, now: now)
        guard !old.isEmpty, isRegistered, let worker else { return }
        for id in await leases.renew(old, of: worker) { held.renewed(id, at: now) }
    }

    // MARK: Admit

    /// Takes over what was claimed: sends it, lets it wait for its turn, or parks it.
    func admit(_ claimed: [ClaimedDelivery]) async {
        let now = ContinuousClock.now
        let taken = held.admit(claimed, at: now)
        if !taken.isEmpty { admitted.raise() }
        for delivery in taken where delivery.isFromLane {
            let queue = queue(of: delivery.subscriptionID)
            queue.laneDeliveries += 1
            if delivery.isBatch { queue.batches += 1 }
        }
        await place(taken, claimedAt: now)
    }

    /// Decides about deliveries that are held: in line for their subscription, or away from here.
    private func place(_ deliveries: [ClaimedDelivery], claimedAt: ContinuousClock.Instant) async {
        let now = ContinuousClock.now
        var parked: [ClaimedDelivery] = []
        var left: [ClaimedDelivery] = []
        let read = await readUnknown(of: deliveries, now: now)
        for delivery in deliveries {
            switch entry(for: delivery, read, now: now) {
            // Given an order or a limit after it was dispatched: its way is the lane now.
            case .active(let subscription) where delivery.lane == .fast && subscription.settings.isPrompt:
                parked.append(delivery)
                divert(delivery.subscriptionID)
            case .active(let subscription): enqueue(delivery, for: subscription, claimedAt: claimedAt)
            case .inactive(let subscription) where delivery.lane == .test:
                enqueue(delivery, for: subscription, claimedAt: claimedAt)
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

    private func queue(of id: SubscriptionID) -> SubscriptionQueue {
        if let queue = queues[id] { return queue }
        let queue = SubscriptionQueue(id, concurrency: configuration.subscriptionConcurrency)
        queues[id] = queue
        return queue
    }

    private func enqueue(
        _ delivery: ClaimedDelivery, for subscription: Subscription, claimedAt: ContinuousClock.Instant
    ) {
        let queue = queue(of: delivery.subscriptionID)
        let settings = subscription.settings
        queue.load.concurrency =
            settings.concurrency ?? (queue.batches == 0 ? configuration.subscriptionConcurrency : 1)
        queue.isPrompt = settings.isPrompt
        let rate = settings.rate
        if queue.pacer?.limit != rate { queue.pacer = rate.map { Pacer(limit: $0) } }
        queue.append(
            QueuedDelivery(
                delivery: delivery, notBefore: delivery.wait > .zero ? claimedAt + delivery.wait : nil))
        joinLine(queue)
    }

    private func joinLine(_ queue: SubscriptionQueue) {
        guard !queue.isInLine, queue.count > 0, queue.load.hasRoom, !queue.isPaused || queue.hasTest else { return }
        queue.isInLine = true
        line.append(queue)
    }

    /// Waits until its rate limit lets a subscription go on.
    private func pause(_ queue: SubscriptionQueue, until time: ContinuousClock.Instant) {
        guard !queue.isPaused else { return }
        queue.isPaused = true
        Task(executorPreference: executor) { [id = queue.id] in
            try? await Task.sleep(until: max(time, .now + Self.timerStep), clock: .continuous)
            await self.goOn(id)
        }
    }

    private func goOn(_ id: SubscriptionID) {
        guard let queue = queues[id] else { return }
        queue.isPaused = false
        joinLine(queue)
        sendNext()
    }

    /// Timers that ring more often cost more than they time.
    private static let timerStep: Duration = .milliseconds(2)

    // MARK: Sign and send

    /// Sends as much as may be in flight, subscription by subscription in turn.
    private func sendNext() {
        guard !isStopping, isRegistered else { return }
        var sendings: [Sending] = []
        var changed: [ClaimedDelivery] = []
        var expired: [ClaimedDelivery] = []
        var refused: [SubscriptionQueue] = []
        var head = 0
        let now = ContinuousClock.now
        let sentAt = WallClock.now
        while head < line.count, slots.hasRoom {
            let queue = line[head]
            head += 1
            let delivery: ClaimedDelivery
            switch queue.next(now: now, admits: { !$0 || slots.hasRoomForSecondClass }) {
            case .delivery(let next): delivery = next
            case .refused:
                refused.append(queue)
                continue
            case .later(let time):
                queue.isInLine = false
                pause(queue, until: time)
                continue
            case .nothing:
                queue.isInLine = false
                continue
            }
            queue.isInLine = false
            guard let since = held.lease(of: delivery.id), now - since < configuration.lease else {
                // Its lease has ended while it waited, or while this process stood still: others may have it.
                expired.append(delivery)
                joinLine(queue)
                continue
            }
            guard let sending = sign(delivery, at: sentAt, now: now) else {
                changed.append(delivery)
                joinLine(queue)
                continue
            }
            queue.load.started(now: now)
            if sending.isRepeat { queue.repeatsInFlight += 1 }
            slots.started()
            recount(queue, now: now)
            sendings.append(sending)
            joinLine(queue)
            guard sendings.count == Self.sendingsAtOnce else { continue }
            send(sendings)
            sendings.removeAll(keepingCapacity: true)
        }
        line.replaceSubrange(..<head, with: refused)
        // Their subscription changed while they waited.
        if !changed.isEmpty { Task(executorPreference: executor) { await self.place(changed, claimedAt: now) } }
        if !expired.isEmpty { Task(executorPreference: executor) { await self.forget(expired) } }
        if !sendings.isEmpty { send(sendings) }
    }

    /// So many are on their way while the next are signed: curl's thread need not wait for the last of them.
    private static let sendingsAtOnce = 32

    private func send(_ sendings: [Sending]) {
        sender.send(sendings) { [completions] in completions.put($0) }
    }

    private func sign(_ delivery: ClaimedDelivery, at sentAt: Timestamp, now: ContinuousClock.Instant) -> Sending? {
        let subscription: Subscription
        switch directory.known(delivery.subscriptionID, now: now) {
        case .active(let active): subscription = active
        case .inactive(let inactive) where delivery.lane == .test: subscription = inactive
        default: return nil
        }
        let request = SignedRequest(delivery, to: subscription, now: sentAt, userAgent: configuration.userAgent)
        return Sending(delivery: delivery, subscription: subscription, request: request, sentAt: sentAt)
    }

    // MARK: Judge and record

    private func takeCompletions() async {
        guard let recorder else { return }
        let ended = completions.takeAll()
        let now = ContinuousClock.now
        let wallNow = WallClock.now
        var attempts: [FinishedAttempt] = []
        attempts.reserveCapacity(ended.count)
        var behind: [ClaimedDelivery] = []
        for sent in ended {
            let delivery = sent.sending.delivery
            let queue = queue(of: delivery.subscriptionID)
            slots.ended()
            queue.load.ended(after: sent.outcome.duration, now: now)
            if sent.sending.isRepeat { queue.repeatsInFlight -= 1 }
            recount(queue, now: now)
            let attempt = judge(sent, now: wallNow)
            switch attempt.verdict.fate {
            case .delivered: advance(queue, after: delivery)
            // What stands behind it waits as long, in the database.
            case .retry: behind += queue.order.abandon(delivery)
            // Once that is on record: until then somebody else may have to try again.
            case .exhausted: break
            }
            joinLine(queue)
            attempts.append(attempt)
        }
        sendNext()
        await recorder.record(attempts)
        await handBack(behind)
    }

    /// The next one of the same key has its turn.
    private func advance(_ queue: SubscriptionQueue, after delivery: ClaimedDelivery) {
        guard delivery.orderKey != nil else { return }
        if queue.advance(after: delivery) { return joinLine(queue) }
        // After its rest the lane is due by itself.
        if !resting.contains(queue.id) { lanesWithMore.insert(queue.id) }
    }

    private func recount(_ queue: SubscriptionQueue, now: ContinuousClock.Instant) {
        guard let change = queue.recountSecondClass(now: now) else { return }
        slots.recount(from: change.before, to: change.now)
    }

    private func judge(_ sent: Sent, now: Timestamp) -> FinishedAttempt {
        let sending = sent.sending
        return FinishedAttempt(
            delivery: sending.delivery, subscription: sending.subscription, sentAt: sending.sentAt,
            signature: sending.request.signature, outcome: sent.outcome,
            verdict: Verdict(
                on: sent.outcome, of: sending.delivery, policy: sending.subscription.retryPolicy, now: now))
    }

    /// Recorded, or given up: forgotten here either way.
    func settled(_ attempts: [FinishedAttempt]) async {
        for attempt in attempts where attempt.verdict.fate == .exhausted {
            guard let queue = queues[attempt.subscription.id] else { continue }
            advance(queue, after: attempt.delivery)
        }
        await forget(attempts.map(\.delivery))
        sendNext()
    }

    /// - Parameter hasLeft: whether `held` knows that they were on their way out.
    private func forget(_ deliveries: [ClaimedDelivery], hasLeft: Bool = false) async {
        var emptyLanes: [ReleaseLanes.Lane] = []
        var behind: [ClaimedDelivery] = []
        let now = ContinuousClock.now
        for delivery in deliveries {
            let forgotten = held.forget(delivery, hasLeft: hasLeft)
            guard forgotten != .unknown, let queue = queues[delivery.subscriptionID] else { continue }
            // It did not arrive, and nothing is to overtake it. What stands behind one that is back stands there rightly.
            if forgotten == .gone { behind += queue.order.abandon(delivery) }
            if delivery.isFromLane {
                queue.laneDeliveries -= 1
                if delivery.isBatch { queue.batches -= 1 }
                if queue.laneDeliveries == 0 {
                    lanesWithMore.remove(queue.id)
                    emptyLanes.append(.init(subscription: queue.id, lateness: queue.lateness))
                }
            }
            forgetIfIdle(queue, now: now)
        }
        if held.count <= configuration.heldMax * 3 / 4 { room.raise() }
        if !lanesWithMore.isEmpty && laneRoom > 0 || lanesWantRoom && held.ofLanes <= configuration.heldMax / 4 {
            laneDue.raise()
        }
        if held.isEmpty { resumeIdleWaiters() }
        await release(emptyLanes)
        await handBack(behind)
    }

    /// Whether it was, and nothing is to be remembered about its receiver.
    @discardableResult
    private func forgetIfIdle(_ queue: SubscriptionQueue, now: ContinuousClock.Instant) -> Bool {
        guard queue.isIdle, !queue.load.isWorthRemembering(now: now) else { return false }
        queues[queue.id] = nil
        return true
    }

    /// Gives lanes back of which nothing is left here.
    private func release(_ lanes: [ReleaseLanes.Lane]) async {
        guard !lanes.isEmpty, let worker else { return }
        if await leases.release(lanes, of: worker) { laneDue.raise() }
    }

    // MARK: Park

    /// Deliveries that cannot go out now leave this worker: first attempts into their subscription's lane, the others
    /// back to where they were.
    private func handBack(_ deliveries: [ClaimedDelivery]) async {
        let deliveries = deliveries + deliveries.flatMap { queues[$0.subscriptionID]?.order.abandon($0) ?? [] }
        guard !deliveries.isEmpty else { return }
        let leaving = held.leave(deliveries)
        if let worker { await leases.park(deliveries, of: worker) }
        await forget(leaving, hasLeft: true)
    }

    /// Looks for subscriptions that have turned slow: what waits for them too long leaves this worker, and their backlog
    /// leaves the fast lane, so that neither stands in front of the others.
    func moveSlowAside() async {
        let now = ContinuousClock.now
        endRests(now: now)
        for id in Array(queues.keys) {
            guard let queue = queues[id] else { continue }
            recount(queue, now: now)
            if forgetIfIdle(queue, now: now) { continue }
            let excess = queue.takeExcess(now: now)
            guard !excess.isEmpty else { continue }
            if queue.load.queueMax(inFlightMax: 1, now: now) == 0 {
                resting.rest(id, now: now)
                lanesWithMore.remove(id)
            }
            await handBack(excess)
            if excess.contains(where: { $0.lane == .fast }) {
                logger.info(
                    "subscription is slow: its deliveries wait in its own lane", metadata: ["subscription": "\(id)"])
                divert(id)
            }
        }
    }

    private func endRests(now: ContinuousClock.Instant) {
        if resting.end(now: now, hasRoom: { queues[$0]?.load.hasRoom ?? true }) { laneDue.raise() }
    }

    /// Moves a subscription's backlog out of the fast lane.
    private func divert(_ id: SubscriptionID) {
        guard diverting.insert(id).inserted else { return }
        // A large one takes many steps; meanwhile the others are watched.
        Task(executorPreference: executor) { await self.moveBacklog(of: id) }
    }

    private func moveBacklog(of id: SubscriptionID) async {
        await leases.divert(id)
        diverting.remove(id)
        laneDue.raise()
    }

    // MARK: Stop

    /// Sends nothing more and gives back what waits. What is in flight goes on.
    func stop() async {
        isStopping = true
        let waiting = held.leave(takeWaiting())
        if let worker, !waiting.isEmpty { await leases.giveBack(waiting, of: worker) }
        await forget(waiting, hasLeft: true)
    }

    private func takeWaiting() -> [ClaimedDelivery] {
        var waiting: [ClaimedDelivery] = []
        for queue in queues.values {
            waiting += queue.takeAll()
            queue.isInLine = false
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

extension Sending {
    /// Second class whatever its receiver is like: a retry, or what was piled up in a lane (`RequestSlots`).
    fileprivate var isRepeat: Bool {
        delivery.attempt > 1 || delivery.lane == .waiting && !subscription.settings.isPrompt
    }
}
