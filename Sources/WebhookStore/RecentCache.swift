internal import Synchronization

/// What was found in the database a moment ago.
///
/// Emptied whenever something changes anywhere; should that message be lost, an entry is still not
/// believed longer than `lifetime`.
public final class RecentCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    public static var lifetime: Duration { .seconds(10) }
    public static var countMax: Int { 1_024 }

    /// Which state of the database an answer belongs to: what was read before a change must not be kept after it.
    public struct Generation: Sendable, Equatable {
        fileprivate var number = 0
    }

    private struct Entry {
        let value: Value
        let end: ContinuousClock.Instant
    }

    private struct State {
        var entries: [Key: Entry] = [:]
        var generation = Generation()
    }

    private let state = Mutex(State())

    public init() {}

    public func value(of key: Key) -> Value? {
        let now = ContinuousClock.now
        return state.withLock { state in
            guard let entry = state.entries[key], now < entry.end else { return nil }
            return entry.value
        }
    }

    /// To be asked before the database is.
    public var generation: Generation { state.withLock { $0.generation } }

    /// Keeps what the database said, unless something has changed since `generation`.
    public func insert(_ value: Value, of key: Key, readIn generation: Generation) {
        let now = ContinuousClock.now
        state.withLock { state in
            guard state.generation == generation else { return }
            if state.entries.count >= Self.countMax {
                state.entries = state.entries.filter { now < $0.value.end }
                // So many in use at once: starting again costs each of them one look-up.
                if state.entries.count >= Self.countMax { state.entries = [:] }
            }
            state.entries[key] = Entry(value: value, end: now + Self.lifetime)
        }
    }

    public func clear() {
        state.withLock { state in
            state.entries = [:]
            state.generation.number += 1
        }
    }
}
