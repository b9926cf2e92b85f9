import Postgres
import Synchronization

/// The least that storing what comes over HTTP can mean: bodies as they are, in groups, each one INSERT into a table
/// without an index. No envelope, no filter, no id, no matching.
///
/// Groups as `ingest-server` makes them: two commits at most, the second only for enough.
final class BareStore: Sendable {
    static let table = "CREATE TABLE bare_store (body bytea NOT NULL)"

    private struct State {
        var waiting: [(body: [UInt8], answer: CheckedContinuation<Bool, Never>)] = []
        var commits = 0

        mutating func begin() -> [(body: [UInt8], answer: CheckedContinuation<Bool, Never>)] {
            guard commits == 0 && !waiting.isEmpty || commits == 1 && waiting.count >= 24 else { return [] }
            commits += 1
            defer { waiting = [] }
            return waiting
        }
    }

    private struct Insert: Statement {
        let bodies: [[UInt8]]
        static let sql = "INSERT INTO bare_store SELECT unnest($1)"
        func encode(into parameters: inout Parameters) { parameters.byteaArray(bodies) }
        static func decode(_ row: inout RowReader) throws(PostgresError) {}
    }

    private let database: PostgresClient
    private let state = Mutex(State())

    init(_ database: PostgresClient) {
        self.database = database
    }

    /// Returns when it is committed; `false`: it is not.
    func store(_ body: [UInt8]) async -> Bool {
        await withCheckedContinuation { answer in
            commit(
                state.withLock { state in
                    state.waiting.append((body, answer))
                    return state.begin()
                })
        }
    }

    private func commit(_ group: [(body: [UInt8], answer: CheckedContinuation<Bool, Never>)]) {
        guard !group.isEmpty else { return }
        database.execute(Insert(bodies: group.map(\.body))) { result in
            self.commit(
                self.state.withLock { state in
                    state.commits -= 1
                    return state.begin()
                })
            let isStored = if case .success = result { true } else { false }
            for entry in group { entry.answer.resume(returning: isStored) }
        }
    }
}
