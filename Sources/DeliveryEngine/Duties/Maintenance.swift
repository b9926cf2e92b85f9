internal import Logging
internal import Postgres
internal import WebhookStore

/// Makes partitions ahead and removes what is too old, every hour, in steps of a transaction each. All workers try; the
/// database lets one of them at a time do a step.
struct Maintenance: Sendable {
    let database: PostgresClient
    let logger: Logger

    private static let interval: Duration = .seconds(3_600)
    /// Long enough for a step on a machine that has better things to do.
    private static let stepDeadline: Duration = .seconds(600)
    /// Rows of a kind in one step: some tens of milliseconds.
    private static let rowsPerStep = 10_000

    /// Runs until cancelled.
    func run() async {
        while !Task.isCancelled {
            do throws(PostgresError) {
                try await runOnce()
            } catch {
                guard !Task.isCancelled else { return }
                logger.warning("maintenance failed", metadata: ["error": "\(error)"])
            }
            try? await Task.sleep(for: Self.interval)
        }
    }

    private func runOnce() async throws(PostgresError) {
        let made = try await makePartitions()
        let expired = try await expireRows()
        let dropped = try await dropPartitions()
        logger.info(
            "maintenance done",
            metadata: [
                "partitions_made": "\(made)", "rows_expired": "\(expired)",
                "partitions_dropped": "\(dropped.joined(separator: " "))",
            ])
    }

    private func makePartitions() async throws(PostgresError) -> Int {
        var made = 0
        while !Task.isCancelled,
            let more = try await database.execute(MakePartitions(), deadline: Self.stepDeadline).first, more > 0
        {
            made += more
        }
        return made
    }

    private func expireRows() async throws(PostgresError) -> Int {
        var deleted = 0
        while !Task.isCancelled {
            let step = ExpireRows(limit: Self.rowsPerStep)
            guard let row = try await database.execute(step, deadline: Self.stepDeadline).first else { break }
            deleted += row.deleted
            if !row.more { break }
        }
        return deleted
    }

    private func dropPartitions() async throws(PostgresError) -> [String] {
        var dropped: [String] = []
        while !Task.isCancelled {
            let step = try await database.execute(DropOldPartition(), deadline: Self.stepDeadline)
            guard let partition = step.first ?? nil else { break }
            dropped.append(partition)
        }
        return dropped
    }
}
