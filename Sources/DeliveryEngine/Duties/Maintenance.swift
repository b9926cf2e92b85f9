internal import Logging
internal import Postgres
internal import WebhookStore

/// Makes partitions ahead and removes what is too old, every hour, in steps of a transaction each. All workers try; the
/// database lets one of them at a time do a step.
struct Maintenance: Sendable {
    static let interval: Duration = .seconds(3_600)
    /// Long enough for a step on a machine that has better things to do.
    private static let stepDeadline: Duration = .seconds(600)
    /// Rows of a kind in one step: some tens of milliseconds.
    private static let rowsPerStep = 10_000

    private enum Stage {
        case makingPartitions
        case expiringRows
        case droppingPartitions
    }

    private var stage = Stage.makingPartitions
    private var made = 0
    private var expired = 0
    private var dropped: [String] = []

    /// Returns in how long the next step is due: an hour after the last one of a round.
    mutating func step(in database: PostgresClient, logger: Logger) async throws(PostgresError) -> Duration {
        switch stage {
        case .makingPartitions:
            let more = try await database.execute(MakePartitions(), deadline: Self.stepDeadline).first ?? 0
            made += more
            if more == 0 { stage = .expiringRows }
        case .expiringRows:
            let step = ExpireRows(limit: Self.rowsPerStep)
            let row = try await database.execute(step, deadline: Self.stepDeadline).first
            expired += row?.deleted ?? 0
            if row?.more != true { stage = .droppingPartitions }
        case .droppingPartitions:
            let step = try await database.execute(DropOldPartition(), deadline: Self.stepDeadline)
            guard let partition = step.first ?? nil else {
                logger.info("maintenance done", metadata: summary)
                self = Maintenance()
                return Self.interval
            }
            dropped.append(partition)
        }
        return .zero
    }

    private var summary: Logger.Metadata {
        [
            "partitions_made": "\(made)", "rows_expired": "\(expired)",
            "partitions_dropped": "\(dropped.joined(separator: " "))",
        ]
    }
}
