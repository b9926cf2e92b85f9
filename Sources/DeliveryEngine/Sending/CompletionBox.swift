internal import Synchronization

/// Carries ended requests from curl's thread to the loop: all that end together for one hop.
final class CompletionBox: Sendable {
    private struct State {
        var ended: [Sent] = []
        /// Leads to `takeAll`; `nil` before the loop has started, which is before anything is sent.
        var wake: (@Sendable () -> Void)?
        /// Somebody is on the way to take what is in the box.
        var isAnnounced = false
    }

    private let state = Mutex(State())

    func put(_ sent: Sent) {
        state.withLock { $0.ended.append(sent) }
    }

    /// Called on curl's thread after some `put`: a wake-up for each of them would cost more than all else here.
    func announce() {
        let wake = state.withLock { state -> (@Sendable () -> Void)? in
            guard !state.ended.isEmpty, !state.isAnnounced else { return nil }
            state.isAnnounced = true
            return state.wake
        }
        wake?()
    }

    func whenAnnounced(_ wake: @escaping @Sendable () -> Void) {
        state.withLock { $0.wake = wake }
    }

    func takeAll() -> [Sent] {
        state.withLock { state in
            state.isAnnounced = false
            var taken: [Sent] = []
            swap(&taken, &state.ended)
            return taken
        }
    }
}
