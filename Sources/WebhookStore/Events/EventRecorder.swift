public import Postgres
internal import Synchronization

/// Commits events in groups (`CommitQueue`). A caller is answered when its events are on disk.
///
/// Not an actor: a group goes from the callers' threads to the thread of the database and back, and every further
/// thread that had to be woken in between would cost as much as storing an event does.
public final class EventRecorder: Sendable {
    private let database: PostgresClient
    private let deadline: Duration
    private let queue = Mutex(CommitQueue())

    /// - Parameter deadline: for one commit, the wait for a connection included.
    public init(_ database: PostgresClient, deadline: Duration) {
        self.database = database
        self.deadline = deadline
    }

    /// Returns when the events are committed, a result for each in order.
    ///
    /// - Throws: `overloaded` when nothing was sent; after `connectionLost` and `timedOut` the events may be stored.
    public func record(_ events: [Event]) async throws(PostgresError) -> [RecordedEvent] {
        guard !events.isEmpty else { return [] }
        let result = await withCheckedContinuation { continuation in
            submit(Submission(events) { continuation.resume(returning: $0) })
        }
        return Array(try result.get())
    }

    private func submit(_ submission: Submission) {
        let step = queue.withLock { queue in
            queue.append(submission) ? queue.begin(now: .now) : nil
        }
        guard let step else { return submission.answer(.failure(.overloaded)) }
        take(step)
    }

    private func take(_ step: CommitQueue.Step) {
        switch step {
        case .commit(let group): commit(group)
        case .wait(let time):
            Task {
                try? await Task.sleep(until: time, clock: .continuous)
                take(queue.withLock { $0.rang(now: .now) })
            }
        case .nothing: break
        }
    }

    private func commit(_ group: [Submission]) {
        let events = group.count == 1 ? group[0].events : group.flatMap(\.events)
        database.execute(DispatchEvents(events: events), deadline: deadline) { result in
            self.committed(group, result.recorded(count: events.count))
        }
    }

    /// Called on the thread of the database.
    private func committed(_ group: [Submission], _ result: Result<[RecordedEvent], PostgresError>) {
        if case .failure(let error) = result, group.count > 1, error.concernsOneSubmission {
            Task {
                await recordOneByOne(group)
                commitNext()
            }
            return
        }
        // The next group first: it has waited, and the database would.
        commitNext()
        switch result {
        case .success(let recorded):
            var first = 0
            for submission in group {
                let end = first + submission.events.count
                submission.answer(.success(recorded[first..<end]))
                first = end
            }
        case .failure(let error):
            for submission in group { submission.answer(.failure(error)) }
        }
    }

    private func commitNext() {
        take(queue.withLock { $0.ended(now: .now) })
    }

    /// The server refused the set: only whoever sent what it refused shall hear of it. When the server goes away
    /// meanwhile, the rest of the group does not wait a deadline each to learn that.
    private func recordOneByOne(_ group: [Submission]) async {
        var lost: PostgresError?
        for submission in group {
            if let lost {
                submission.answer(.failure(lost))
                continue
            }
            let result = await recordAlone(submission.events)
            if case .failure(let error) = result, !error.concernsOneSubmission { lost = error }
            submission.answer(result.map { $0[...] })
        }
    }

    private func recordAlone(_ events: [Event]) async -> Result<[RecordedEvent], PostgresError> {
        do throws(PostgresError) {
            return .success(try await database.execute(DispatchEvents(events: events), deadline: deadline))
                .recorded(count: events.count)
        } catch {
            return .failure(error)
        }
    }
}

extension Result<[RecordedEvent], PostgresError> {
    fileprivate func recorded(count: Int) -> Self {
        guard case .success(let rows) = self, rows.count != count else { return self }
        return .failure(.undecodable(detail: "dispatch_many returned \(rows.count) rows for \(count) events"))
    }
}

extension PostgresError {
    /// The server is there and refused: what one submission holds is the reason, such as an idempotency key that
    /// another transaction has not committed yet. The others need not fail with it.
    fileprivate var concernsOneSubmission: Bool {
        state == .lockNotAvailable || (state != nil && !isTransient)
    }
}
