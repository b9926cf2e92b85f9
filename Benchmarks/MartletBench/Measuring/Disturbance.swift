import Postgres

/// The ways in which a subscription makes trouble; also the names of such subscriptions.
enum Difficulty: String, CaseIterable, Sendable {
    /// Never answers, and has many deliveries queued.
    case hangs
    /// Answers after 5 s.
    case slow
    /// Refuses connections.
    case refuses
    /// Answers most requests with 429.
    case busy
}

/// What a subscription that makes trouble has caused so far.
struct DifficultyState: Sendable {
    fileprivate let name: String
    fileprivate let attempts: Int64
    fileprivate let queued: Int64
    fileprivate let leased: Int64
}

/// What those who make trouble have caused over a stretch of time.
struct Disturbance: Sendable {
    private let states: [Difficulty: (attempts: Int64, queued: Int64, leased: Int64)]
    private let reactivations: Int

    init(start: [DifficultyState], end: [DifficultyState], reactivations: Int) {
        var states: [Difficulty: (attempts: Int64, queued: Int64, leased: Int64)] = [:]
        for difficulty in Difficulty.allCases {
            let before = start.first { $0.name == difficulty.rawValue }?.attempts ?? 0
            guard let after = end.first(where: { $0.name == difficulty.rawValue }) else { continue }
            states[difficulty] = (after.attempts - before, after.queued, after.leased)
        }
        self.states = states
        self.reactivations = reactivations
    }

    /// Whether everybody made trouble: who hangs still has nearly all of the queue and some of it in flight, of all
    /// others requests have ended.
    func wasThere(queued: Int) -> Bool {
        Difficulty.allCases.allSatisfy { difficulty in
            guard let state = states[difficulty] else { return false }
            return difficulty == .hangs
                ? state.queued >= Int64(queued) * 9 / 10 && state.leased > 0 : state.attempts > 0 || state.leased > 0
        }
    }

    var text: String {
        let parts = Difficulty.allCases.map { difficulty in
            guard let state = states[difficulty] else { return "\(difficulty): none" }
            return "\(difficulty): \(state.attempts) attempts, \(state.queued) queued, \(state.leased) of them leased"
        }
        return parts.joined(separator: "; ") + "; switched on again: \(reactivations) times"
    }
}

extension Gateway {
    func difficulties() async throws -> [DifficultyState] {
        try await client.execute(SelectDifficulties())
    }
}

private struct SelectDifficulties: Statement {
    static let sql = """
        SELECT subscription.name \(ownStatementMark),
               (SELECT count(*) FROM martlet.attempts WHERE subscription_id = subscription.id),
               (SELECT count(*) FROM martlet.waiting WHERE subscription_id = subscription.id AND status <> 'failed')
                   + (SELECT count(*) FROM martlet.pending WHERE subscription_id = subscription.id),
               (SELECT count(*) FROM martlet.waiting
                WHERE subscription_id = subscription.id AND lease_until > now())
                   + (SELECT count(*) FROM martlet.pending
                      WHERE subscription_id = subscription.id AND lease_until > now())
        FROM martlet.subscriptions AS subscription
        """

    static func decode(_ row: inout RowReader) throws(PostgresError) -> DifficultyState {
        DifficultyState(
            name: try row.text(), attempts: try row.int64(), queued: try row.int64(), leased: try row.int64())
    }
}
