/// Names one connection of a client. Never reused.
struct ConnectionID: Hashable, Sendable {
    let rawValue: Int
}

/// Decides which connection serves whom, and when to open one. Performs no I/O, so tests drive it directly.
///
/// Shared statements are spread over the open connections, the least loaded first. A session takes a connection for
/// itself; with more than one connection allowed, one always stays for the shared statements.
struct PoolState {
    enum Phase: Equatable {
        case connecting
        /// Serves shared statements.
        case shared
        /// Finishes its shared statements, gets no new ones, and then goes to the next session that waits.
        case reserved
        /// Belongs to a session.
        case leased
        /// Finishes its statements and is then closed.
        case retiring
    }

    struct Slot: Equatable {
        let id: ConnectionID
        var phase: Phase
        /// Shared statements in flight.
        var load = 0
    }

    /// A connection with this many statements in flight is busy enough to open another.
    static let loadToGrow = 32
    /// No more statements than this are sent ahead of their answers; the others wait where any connection can take them.
    static let loadMax = 128

    let connectionsMax: Int
    /// Up to so many connections for shared statements, one is opened as soon as a statement would wait behind another.
    let connectionsEager: Int
    private(set) var slots: [Slot] = []
    private(set) var backoff = Backoff()
    /// After a failure: no attempt before this, except for a caller whose deadline comes close.
    private var retryAt: MonotonicTime?
    private var failedAt: MonotonicTime?
    private var lastID = 0

    init(connectionsMax: Int, connectionsEager: Int = 1) {
        self.connectionsMax = max(1, connectionsMax)
        self.connectionsEager = connectionsEager
    }

    var sessionsMax: Int { max(1, connectionsMax - 1) }
    var hasFailed: Bool { backoff.failureCount > 0 }
    var openCount: Int { slots.count { $0.phase != .connecting } }
    var connectingCount: Int { count(.connecting) }

    // MARK: Shared statements

    /// The connection for the next statement, or `nil` when it has to wait.
    ///
    /// - Parameter isStalled: whether the statement a connection is working on has been running for long; such a
    ///   connection is used only when all others are full or stalled too and no other can be had soon.
    mutating func placeStatement(isStalled: (ConnectionID) -> Bool) -> ConnectionID? {
        var best: (index: Int, isStalled: Bool)?
        for index in slots.indices where slots[index].phase == .shared && slots[index].load < Self.loadMax {
            let stalled = slots[index].load > 0 && isStalled(slots[index].id)
            if let current = best {
                guard (stalled ? 1 : 0, slots[index].load) < (current.isStalled ? 1 : 0, slots[current.index].load)
                else { continue }
            }
            best = (index, stalled)
        }
        guard let best else { return nil }
        if best.isStalled, !hasFailed, canOpen || connectingCount > 0 { return nil }
        slots[best.index].load += 1
        return slots[best.index].id
    }

    mutating func statementFinished(on id: ConnectionID) {
        update(id) { slot in
            precondition(slot.load > 0, "a statement finished that was never placed")
            slot.load -= 1
        }
    }

    // MARK: Sessions

    /// A connection with nothing in flight for the session at the head of the queue, or `nil` when it has to wait.
    mutating func lease() -> ConnectionID? {
        guard count(.leased) < sessionsMax else { return nil }
        let candidates = slots.indices.filter { slots[$0].load == 0 }
        guard
            let index = candidates.first(where: { slots[$0].phase == .reserved })
                ?? candidates.first(where: { slots[$0].phase == .shared })
        else { return nil }
        slots[index].phase = .leased
        return slots[index].id
    }

    /// The session has given its connection back in a known state.
    mutating func returned(_ id: ConnectionID) {
        update(id) { if $0.phase == .leased { $0.phase = .shared } }
    }

    /// Keeps new statements away from as many connections as waiting sessions need and no attempt will bring.
    mutating func reserve(forSessions waiting: Int) {
        let wanted = min(waiting, sessionsMax - count(.leased))
        let missing = wanted - count(.reserved)
        if missing < 0 {
            for index in slots.indices.filter({ slots[$0].phase == .reserved }).prefix(-missing) {
                slots[index].phase = .shared
            }
        } else {
            let coming = connectingCount + (canOpen ? 1 : 0)
            for _ in 0..<max(0, missing - coming) {
                let shared = slots.indices.filter { slots[$0].phase == .shared }
                guard let index = shared.min(by: { slots[$0].load < slots[$1].load }) else { return }
                slots[index].phase = .reserved
            }
        }
    }

    // MARK: Opening and closing

    private var canOpen: Bool { slots.count < connectionsMax }

    /// Whether another connection is worth opening now or as soon as the backoff allows.
    func wantsConnection(
        waitingStatements: Int, waitingSessions: Int, isStalled: (ConnectionID) -> Bool
    ) -> Bool {
        guard canOpen else { return false }
        // While the server is away one attempt at a time is enough.
        if hasFailed, connectingCount > 0 { return false }
        if waitingSessions > connectingCount + count(.reserved), count(.leased) + connectingCount < sessionsMax {
            return true
        }
        guard connectingCount == 0 else { return false }
        if waitingStatements > 0 { return true }
        let shared = slots.filter { $0.phase == .shared }
        if shared.count < connectionsEager, !shared.isEmpty, shared.allSatisfy({ $0.load > 1 }) { return true }
        return !shared.isEmpty
            && shared.allSatisfy { $0.load >= Self.loadToGrow || ($0.load > 0 && isStalled($0.id)) }
    }

    /// When the next attempt may start: at once, or after the backoff, or earlier for a caller who would else run out
    /// of time: in the middle between its arrival and its deadline at the latest, though never sooner than the
    /// shortest backoff.
    ///
    /// - Parameter mostUrgent: that middle, for the waiting caller for whom it comes first.
    func connectTime(mostUrgent: MonotonicTime?) -> MonotonicTime? {
        guard let retryAt, let failedAt else { return nil }
        guard let mostUrgent else { return retryAt }
        return min(retryAt, max(mostUrgent, failedAt + Backoff.shortest))
    }

    mutating func connecting() -> ConnectionID {
        lastID += 1
        let id = ConnectionID(rawValue: lastID)
        slots.append(Slot(id: id, phase: .connecting))
        return id
    }

    mutating func connected(_ id: ConnectionID) {
        backoff.reset()
        retryAt = nil
        failedAt = nil
        update(id) { $0.phase = .shared }
    }

    /// - Parameter jitter: see `Backoff.failed(jitter:)`.
    mutating func connectFailed(_ id: ConnectionID, at now: MonotonicTime, jitter: Double) {
        slots.removeAll { $0.id == id }
        retryAt = now + backoff.failed(jitter: jitter)
        failedAt = now
    }

    /// The connection may not be given new work any more. A session keeps it until it ends.
    mutating func retire(_ id: ConnectionID) {
        update(id) { $0.phase = .retiring }
    }

    mutating func closed(_ id: ConnectionID) {
        slots.removeAll { $0.id == id }
    }

    func phase(of id: ConnectionID) -> Phase? { slots.first { $0.id == id }?.phase }
    func load(of id: ConnectionID) -> Int { slots.first { $0.id == id }?.load ?? 0 }

    private func count(_ phase: Phase) -> Int { slots.count { $0.phase == phase } }

    private mutating func update(_ id: ConnectionID, _ change: (inout Slot) -> Void) {
        guard let index = slots.firstIndex(where: { $0.id == id }) else { return }
        change(&slots[index])
    }
}
