internal import Logging
internal import Synchronization
internal import WebhookCore
internal import WebhookStore

/// Subscriptions prepared for signing, so that a delivery costs no query. Read again when a claim names a newer version,
/// forgotten when the database says that one has changed, and after a minute in any case.
final class SubscriptionDirectory: Sendable {
    /// What a worker does with a delivery for a subscription.
    enum Entry: Sendable {
        case active(Subscription)
        /// Held; a test goes out all the same.
        case inactive(Subscription)
        /// Deleted: its deliveries are cancelled.
        case gone
        /// Its secret cannot be opened with this worker's master keys: held, and said.
        case unusable(version: Int32)

        /// `nil`: there is no subscription.
        fileprivate var version: Int32? {
            switch self {
            case .active(let subscription), .inactive(let subscription): subscription.version
            case .unusable(let version): version
            case .gone: nil
            }
        }
    }

    private struct State {
        var entries: [SubscriptionID: (entry: Entry, until: ContinuousClock.Instant)] = [:]
        /// Grows with every change, so that an answer that was read before it is not kept.
        var changes = 0
    }

    private let store: SubscriptionStore
    private let logger: Logger
    private let state = Mutex(State())

    private static let lifetime: Duration = .seconds(60)

    init(_ store: SubscriptionStore, logger: Logger) {
        self.store = store
        self.logger = logger
    }

    func known(_ id: SubscriptionID, now: ContinuousClock.Instant) -> Entry? {
        state.withLock { state in
            guard let (entry, until) = state.entries[id], now < until else { return nil }
            return entry
        }
    }

    /// The same, unless it is older than `version`, which a claim has seen.
    func known(_ id: SubscriptionID, version: Int32, now: ContinuousClock.Instant) -> Entry? {
        guard let entry = known(id, now: now), let knownVersion = entry.version, knownVersion >= version else {
            return nil
        }
        return entry
    }

    func unusable(now: ContinuousClock.Instant) -> [SubscriptionID] {
        state.withLock { state in
            state.entries.compactMap { id, known in
                if case .unusable = known.entry, now < known.until { id } else { nil }
            }
        }
    }

    /// Reads subscriptions that are not known, or no longer: all of a claim at once.
    func load(_ ids: [SubscriptionID]) async throws -> [SubscriptionID: Entry] {
        let before = state.withLock { $0.changes }
        let stored = try await store.find(ids)
        let (now, wallNow) = (ContinuousClock.now, WallClock.now)
        var read: [SubscriptionID: (entry: Entry, lifetime: Duration)] = [:]
        for id in ids { read[id] = (.gone, Self.lifetime) }
        for subscription in stored { read[subscription.id] = prepare(subscription, now: wallNow) }
        state.withLock { state in
            guard state.changes == before else { return }
            for (id, (entry, lifetime)) in read { state.entries[id] = (entry, now + lifetime) }
        }
        return read.mapValues(\.entry)
    }

    /// - Parameter id: `nil` for all of them.
    func forget(_ id: SubscriptionID?) {
        state.withLock { state in
            state.changes += 1
            if let id { state.entries[id] = nil } else { state.entries.removeAll() }
        }
    }

    private func prepare(_ stored: StoredSubscription, now: Timestamp) -> (Entry, lifetime: Duration) {
        do {
            let subscription = try store.prepare(stored, now: now)
            // A second secret stops signing when its overlap ends.
            let lifetime = stored.overlapLeft(at: now).map { min($0, Self.lifetime) } ?? Self.lifetime
            return (stored.isActive ? .active(subscription) : .inactive(subscription), lifetime)
        } catch {
            logger.error(
                "subscription cannot be signed for: its deliveries are held",
                metadata: ["subscription": "\(stored.id)", "error": "\(error)"])
            return (.unusable(version: stored.version), Self.lifetime)
        }
    }
}
