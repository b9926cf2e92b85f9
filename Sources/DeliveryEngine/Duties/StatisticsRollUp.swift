internal import Postgres
internal import WebhookStore

/// Counts attempts behind the back of those who record them, while this worker records any; the database lets one worker
/// at a time do it.
enum StatisticsRollUp {
    private static let interval: Duration = .seconds(1)
    /// Somebody else may have left something.
    private static let intervalWhenIdle: Duration = .seconds(600)
    /// Attempts in one step: some hundred milliseconds.
    private static let attemptsPerStep = 50_000

    /// Returns in how long to count again, even if nothing more is recorded.
    static func step(in database: PostgresClient) async throws(PostgresError) -> Duration {
        let step = try await database.execute(RollUpAttempts(limit: attemptsPerStep), deadline: .seconds(60))
        guard let row = step.first else { return intervalWhenIdle }
        return row.more ? .zero : row.later ? interval : intervalWhenIdle
    }
}
