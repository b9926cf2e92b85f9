internal import Logging
internal import Postgres
internal import WebhookStore

/// Advances the replays that are running, a bounded step at a time. All workers try; the database lets one of them do it.
struct Replays: Sendable {
    let database: PostgresClient
    let logger: Logger

    private static let rowsMax = 1_000
    /// How soon a replay goes on whose backlog was full.
    private static let pause: Duration = .milliseconds(250)
    /// How soon a new one is found; its first rows were queued by whoever asked for it.
    private static let interval: Duration = .seconds(5)

    /// Runs until cancelled.
    func run() async {
        while !Task.isCancelled {
            var step: AdvanceReplays.Row?
            do throws(PostgresError) {
                step = try await database.execute(AdvanceReplays(rowsMax: Self.rowsMax), deadline: .seconds(60)).first
            } catch {
                guard !Task.isCancelled else { return }
                logger.warning("replays not advanced", metadata: ["error": "\(error)"])
            }
            guard let step, step.running > 0 else {
                try? await Task.sleep(for: Self.interval)
                continue
            }
            if step.rowsLookedAt == 0 { try? await Task.sleep(for: Self.pause) }
        }
    }
}
