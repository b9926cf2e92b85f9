internal import Logging
internal import Postgres
internal import ServiceLifecycle
internal import WebhookStore

/// Keeps a worker from claiming while the database has the schema of an older release: it would send, fail to record
/// what it sent, and send it again.
struct SchemaWait {
    let database: PostgresClient
    let logger: Logger
    /// Fail instead of waiting.
    let isUrgent: Bool

    /// How soon a migration is noticed.
    private static let interval: Duration = .seconds(1)

    /// Returns when the schema is there; false: the worker was told to stop, or the time was over, before.
    ///
    /// - Throws: when it is urgent: `OlderSchema`, or why the database does not tell.
    func run(until end: ContinuousClock.Instant?) async throws -> Bool {
        try await cancelWhenGracefulShutdown {
            var hasComplained = false
            while !Task.isCancelled, end.map({ .now < $0 }) ?? true {
                do {
                    if try await isThere() { return true }
                } catch {
                    if isUrgent { throw error }
                    if !hasComplained { logger.error("waiting for the schema: \(error)") }
                    hasComplained = true
                }
                try? await Task.sleep(for: Self.interval)
            }
            return false
        }
    }

    /// False: the database is away, and may come back with the schema.
    private func isThere() async throws -> Bool {
        let age: SchemaAge
        do throws(PostgresError) {
            age = try await Migrator(database).schemaAge()
        } catch {
            guard error.isTransient else { throw error }
            return false
        }
        if age == .older { throw OlderSchema() }
        return true
    }
}

/// Somebody has to migrate the database before this release can work with it.
public struct OlderSchema: Error, CustomStringConvertible {
    public var description: String { "the database has the schema of an older release: run `martlet migrate`" }
}
