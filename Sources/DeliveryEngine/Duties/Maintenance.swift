internal import Logging
internal import Postgres
internal import WebhookStore

/// Makes and drops partitions every hour. All workers try; the database lets one of them do it.
struct Maintenance: Sendable {
    let database: PostgresClient
    let logger: Logger

    private static let interval: Duration = .seconds(3_600)

    /// Runs until cancelled.
    func run() async {
        while !Task.isCancelled {
            do throws(PostgresError) {
                let report = try await database.execute(MaintainSchema(), deadline: .seconds(600)).first ?? nil
                if let report { logger.info("maintenance done", metadata: ["report": "\(report)"]) }
            } catch {
                guard !Task.isCancelled else { return }
                logger.warning("maintenance failed", metadata: ["error": "\(error)"])
            }
            try? await Task.sleep(for: Self.interval)
        }
    }
}
