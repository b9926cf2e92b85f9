internal import Postgres
internal import WebhookStore

/// Advances the replays that are running, a bounded step at a time. All workers try; the database lets one of them do it.
enum Replays {
    private static let rowsMax = 1_000
    /// How soon a replay goes on whose backlog was full.
    private static let pause: Duration = .milliseconds(250)

    /// Returns in how long to go on; `nil`: there is nothing to do for this worker.
    static func step(in database: PostgresClient) async throws(PostgresError) -> Duration? {
        let step = try await database.execute(AdvanceReplays(rowsMax: rowsMax), deadline: .seconds(60)).first
        guard let step, step.running > 0 else { return nil }
        return step.rowsLookedAt == 0 ? pause : .zero
    }
}
