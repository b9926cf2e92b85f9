internal import Logging
internal import Postgres
internal import Synchronization

/// Wakes the workers after a commit, so that one that looked too early is seen asleep. Nobody waits for it: a lost
/// wake-up costs a second, the interval at which workers look without being asked.
///
/// One is under way at a time; it serves every commit before it began.
final class WorkerWaker: Sendable {
    private enum State { case idle, waking, wakingAgain }

    private let database: PostgresClient
    private let deadline: Duration
    private let logger: Logger
    private let state = Mutex(State.idle)

    init(_ database: PostgresClient, deadline: Duration, logger: Logger) {
        self.database = database
        self.deadline = deadline
        self.logger = logger
    }

    func wake() {
        let isIdle = state.withLock { state in
            defer { state = state == .idle ? .waking : .wakingAgain }
            return state == .idle
        }
        if isIdle { execute() }
    }

    private func execute() {
        database.execute(WakeWorkers(), deadline: deadline) { result in
            if case .failure(let error) = result {
                self.logger.debug("workers not woken", metadata: ["error": "\(error)"])
            }
            let isAgain = self.state.withLock { state in
                defer { state = state == .wakingAgain ? .waking : .idle }
                return state == .wakingAgain
            }
            if isAgain { self.execute() }
        }
    }
}
