import Logging
import Postgres
import Synchronization
import WebhookStore

/// Lets requests through once the database has at least the schema of this release. Schemas only grow, so that having
/// seen it once is enough.
final class SchemaGate: Sendable {
    private let migrator: Migrator
    private let logger: Logger
    private let isOpen = Atomic(false)
    private let hasComplained = Atomic(false)

    init(_ migrator: Migrator, logger: Logger) {
        self.migrator = migrator
        self.logger = logger
    }

    /// - Throws: a 503 while the schema is older, or cannot be asked for.
    func pass(_ deadline: RequestDeadline) async throws {
        guard !isOpen.load(ordering: .relaxed) else { return }
        guard try await migrator.schemaAge(deadline: deadline.remaining) == .older else {
            isOpen.store(true, ordering: .relaxed)
            return
        }
        if !hasComplained.exchange(true, ordering: .relaxed) {
            logger.error("the database has the schema of an older release: requests are refused; run `martlet migrate`")
        }
        throw Problem.schemaIsOlder
    }
}
