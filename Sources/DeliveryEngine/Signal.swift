internal import Synchronization

/// Wakes one waiter. Raised while nobody waits, it lets the next wait return at once; raised twice, it counts once.
final class Signal: Sendable {
    private struct Waiter {
        let continuation: CheckedContinuation<Void, Never>
        let deadline: ContinuousClock.Instant
    }

    /// A timer costs two wake-ups of threads, to start it and to cancel it, and most waits end early. So it outlives the
    /// wait that it was started for, and serves the next if it does not ring too late for that.
    private struct Timer {
        let task: Task<Void, Never>
        let number: Int
        var due: ContinuousClock.Instant
    }

    private struct State {
        var isRaised = false
        var waiter: Waiter?
        var timer: Timer?
        var timersStarted = 0
    }

    private let state = Mutex(State())

    deinit {
        state.withLock { $0.timer }?.task.cancel()
    }

    func raise() {
        let waiter = state.withLock { state in
            state.isRaised = state.waiter == nil
            return state.waiter.take()
        }
        waiter?.continuation.resume()
    }

    /// Returns when raised, when the task is cancelled, or after `timeout`. One waiter at a time.
    func wait(atMost timeout: Duration) async {
        let deadline = ContinuousClock.now + timeout
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let returnsAtOnce = state.withLock { state in
                    precondition(state.waiter == nil, "a signal has one waiter at a time")
                    guard !state.isRaised, !Task.isCancelled else {
                        state.isRaised = false
                        return true
                    }
                    state.waiter = Waiter(continuation: continuation, deadline: deadline)
                    setTimer(&state, for: deadline)
                    return false
                }
                if returnsAtOnce { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiter.take() }?.continuation.resume()
        }
    }

    private func setTimer(_ state: inout State, for deadline: ContinuousClock.Instant) {
        if let timer = state.timer {
            guard timer.due > deadline else { return }
            timer.task.cancel()
        }
        state.timersStarted += 1
        let number = state.timersStarted
        let task = Task { [weak self] in
            var due: ContinuousClock.Instant? = deadline
            while let next = due {
                try? await Task.sleep(until: next, clock: .continuous)
                due = self?.rang(number)
            }
        }
        state.timer = Timer(task: task, number: number, due: deadline)
    }

    /// Returns when to ring again.
    private func rang(_ number: Int) -> ContinuousClock.Instant? {
        let (waiter, due) = state.withLock { state -> (Waiter?, ContinuousClock.Instant?) in
            guard state.timer?.number == number else { return (nil, nil) }
            if let waiter = state.waiter, waiter.deadline > .now {
                state.timer?.due = waiter.deadline
                return (nil, waiter.deadline)
            }
            state.timer = nil
            return (state.waiter.take(), nil)
        }
        waiter?.continuation.resume()
        return due
    }
}
