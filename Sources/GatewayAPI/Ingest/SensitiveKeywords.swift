import JSONFilter
import Logging
import Synchronization
import WebhookStore

/// The sensitive filter with all keywords there are: the defaults, those this server is configured with, and those in
/// the database, which SQL's `dispatch` shares.
///
/// Until the database has been asked once, no event is taken: one might hold a member that another program was told to
/// drop. Nothing is lost by it, as the event could not be stored either.
final class SensitiveKeywords: Sendable {
    /// How soon a keyword that somebody added in SQL is known here.
    private static let refreshInterval: Duration = .seconds(60)
    private static let retryInterval: Duration = .seconds(1)

    private let store: SensitiveKeywordStore
    private let configured: [String]
    private let logger: Logger
    private let loaded = Mutex<SensitiveFilter?>(nil)

    init(_ store: SensitiveKeywordStore, configured: [String], logger: Logger) {
        self.store = store
        self.configured = configured
        self.logger = logger
    }

    /// - Throws: a `PostgresError` when the keywords are not known yet and the database does not tell them.
    func filter(deadline: RequestDeadline) async throws -> SensitiveFilter {
        if let filter = loaded.withLock({ $0 }) { return filter }
        return try await load()
    }

    /// Tells the database the configured keywords, and learns the others now and then, until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            var pause = Self.refreshInterval
            do {
                _ = try await load()
            } catch {
                logger.debug("sensitive keywords not loaded", metadata: ["error": "\(error)"])
                pause = Self.retryInterval
            }
            try? await Task.sleep(for: pause)
        }
    }

    private func load() async throws -> SensitiveFilter {
        let filter = SensitiveFilter(additionalKeywords: configured + (try await store.add(configured)))
        loaded.withLock { $0 = filter }
        return filter
    }
}
