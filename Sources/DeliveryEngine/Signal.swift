internal import Synchronization

/// Wakes one waiter. Raised while nobody waits, it lets the next wait return at once; raised twice, it counts once.
final class Signal: Sendable {
    private struct State {
        var isRaised = false
        var waiter: CheckedContinuation<Void, Never>?
        /// Which wait is on, so that the timer of an earlier one does not end it.
        var turn = 0
        /// The wait that was over before it had begun.
        var endedTurn = 0
    }

    private let state = Mutex(State())

    func raise() {
        let waiter = state.withLock { state in
            guard let waiter = state.waiter else {
                state.isRaised = true
                return nil as CheckedContinuation<Void, Never>?
            }
            state.waiter = nil
            return waiter
        }
        waiter?.resume()
    }

    /// Returns when raised, when the task is cancelled, or after `timeout`. One waiter at a time.
    func wait(atMost timeout: Duration) async {
        let turn = state.withLock { state in
            state.turn += 1
            return state.turn
        }
        let timer = Task.immediate {
            try? await Task.sleep(for: timeout)
            end(turn)
        }
        await wait(turn: turn)
        timer.cancel()
    }

    private func wait(turn: Int) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let returnsAtOnce = state.withLock { state in
                    precondition(state.waiter == nil, "a signal has one waiter at a time")
                    guard !state.isRaised, state.endedTurn != turn, !Task.isCancelled else {
                        state.isRaised = false
                        return true
                    }
                    state.waiter = continuation
                    return false
                }
                if returnsAtOnce { continuation.resume() }
            }
        } onCancel: {
            end(turn)
        }
    }

    private func end(_ turn: Int) {
        let waiter = state.withLock { state in
            guard state.turn == turn else { return nil as CheckedContinuation<Void, Never>? }
            guard let waiter = state.waiter else {
                state.endedTurn = turn
                return nil
            }
            state.waiter = nil
            return waiter
        }
        waiter?.resume()
    }
}
