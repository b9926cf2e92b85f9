import Synchronization

/// Hands requests, and the wish to end, to the curl thread.
///
/// The thread is woken only when it sleeps, and once for everything submitted until it looks: a wake-up is a system call.
final class SubmissionQueue: Sendable {
    private struct State {
        var waiting: [Submission] = []
        var isAsleep = false
        /// Set once shutdown has begun: nothing new is taken, and what runs ends by then.
        var endBy: MonotonicTime?
        var hasEnded = false
        var whenEnded: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    private let multi: MultiHandle

    init(multi: MultiHandle) {
        self.multi = multi
    }

    // MARK: Any thread

    /// `false` after shutdown has begun: the submissions stay with the caller.
    func submit(_ submissions: some Sequence<Submission>) -> Bool {
        state.withLock { state in
            guard state.endBy == nil else { return false }
            state.waiting.append(contentsOf: submissions)
            wake(&state)
            return true
        }
    }

    /// Takes nothing more and gives what runs until `grace` from now. Of several calls the one with the earliest end counts.
    func stop(grace: Duration) {
        state.withLock { state in
            let end = MonotonicTime.now + grace
            state.endBy = min(state.endBy ?? end, end)
            wake(&state)
        }
    }

    /// Returns when the curl thread has done its last work.
    func ended() async {
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                if !state.hasEnded { state.whenEnded.append(continuation) }
                return state.hasEnded
            }
            if hasEnded { continuation.resume() }
        }
    }

    /// Under the lock, so that the multi handle cannot be closed meanwhile: `hasEnded` implies that it is not asleep.
    private func wake(_ state: inout State) {
        guard state.isAsleep else { return }
        state.isAsleep = false
        multi.wake()
    }

    // MARK: Curl thread

    /// Moves everything submitted to the end of `batch`, and says by when to end, if so.
    func take(into batch: inout [Submission]) -> MonotonicTime? {
        state.withLock { state in
            if batch.isEmpty {
                swap(&state.waiting, &batch)
            } else {
                batch += state.waiting
                state.waiting.removeAll(keepingCapacity: true)
            }
            return state.endBy
        }
    }

    /// Before waiting: from now on submissions wake the thread. `false` when something has come in since `take`.
    func fallAsleep(endBy: MonotonicTime?) -> Bool {
        state.withLock { state in
            state.isAsleep = state.waiting.isEmpty && state.endBy == endBy
            return state.isAsleep
        }
    }

    /// After waiting, for whatever reason it ended.
    func awake() {
        state.withLock { $0.isAsleep = false }
    }

    /// The thread's last words.
    func end() {
        let waiting = state.withLock { state in
            precondition(state.endBy != nil && state.waiting.isEmpty && !state.isAsleep)
            state.hasEnded = true
            defer { state.whenEnded = [] }
            return state.whenEnded
        }
        for continuation in waiting { continuation.resume() }
    }
}
