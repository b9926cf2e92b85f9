import Synchronization
import WebhookStore

/// Keys that were found in the database a moment ago.
///
/// Emptied whenever a key changes anywhere (`Notifications`); should that message be lost, an entry is still not
/// believed longer than `lifetime`.
final class KeyCache: Sendable {
    static let lifetime: Duration = .seconds(10)
    static let countMax = 1_024

    /// Which state of the database an answer belongs to: what was read before a change must not be kept after it.
    struct Generation: Equatable {
        fileprivate var number = 0
    }

    private struct Entry {
        let caller: Caller
        let end: ContinuousClock.Instant
    }

    private struct State {
        var entries: [KeyHash: Entry] = [:]
        var generation = Generation()
    }

    private let state = Mutex(State())

    func caller(of key: KeyHash) -> Caller? {
        let now = ContinuousClock.now
        return state.withLock { state in
            guard let entry = state.entries[key], now < entry.end else { return nil }
            return entry.caller
        }
    }

    /// To be asked before the database is.
    var generation: Generation { state.withLock { $0.generation } }

    /// Keeps what the database said, unless something has changed since `generation`.
    func insert(_ caller: Caller, of key: KeyHash, readIn generation: Generation) {
        let now = ContinuousClock.now
        state.withLock { state in
            guard state.generation == generation else { return }
            if state.entries.count >= Self.countMax {
                state.entries = state.entries.filter { now < $0.value.end }
                // So many keys in use at once: starting again costs each of them one look-up.
                if state.entries.count >= Self.countMax { state.entries = [:] }
            }
            state.entries[key] = Entry(caller: caller, end: now + Self.lifetime)
        }
    }

    func clear() {
        state.withLock { state in
            state.entries = [:]
            state.generation.number += 1
        }
    }
}
