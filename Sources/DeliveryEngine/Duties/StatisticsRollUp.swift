internal import Logging
internal import Postgres
internal import WebhookStore

/// Counts attempts behind the back of those who record them, while this worker records any; the database lets one worker
/// at a time do it.
struct StatisticsRollUp: Sendable {
    let database: PostgresClient
    let logger: Logger
    /// Raised when attempts are recorded.
    let recorded: Signal

    private static let interval: Duration = .seconds(1)
    /// Somebody else may have left something.
    private static let intervalWhenIdle: Duration = .seconds(600)
    /// Attempts in one step: some hundred milliseconds.
    private static let attemptsPerStep = 50_000

    /// Runs until cancelled.
    func run() async {
        while !Task.isCancelled {
            do throws(PostgresError) {
                while try await countOnce() { try? await Task.sleep(for: Self.interval) }
            } catch {
                guard !Task.isCancelled else { return }
                logger.warning("attempts not counted", metadata: ["error": "\(error)"])
                try? await Task.sleep(for: Self.interval)
                continue
            }
            await recorded.wait(atMost: Self.intervalWhenIdle)
        }
    }

    /// Returns whether something is left for later.
    private func countOnce() async throws(PostgresError) -> Bool {
        while !Task.isCancelled {
            let step = try await database.execute(RollUpAttempts(limit: Self.attemptsPerStep), deadline: .seconds(60))
            guard let row = step.first, row.more else { return step.first?.later ?? false }
        }
        return false
    }
}
