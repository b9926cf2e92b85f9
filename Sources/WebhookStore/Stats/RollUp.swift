public import Postgres

/// Counts attempts that are recorded and not in the statistics yet.
public struct RollUpAttempts: Statement {
    public struct Row: Sendable, Equatable {
        public let counted: Int
        /// There are others, to be counted now.
        public let more: Bool
        /// There are others.
        public let later: Bool
    }

    /// Attempts in one step.
    public let limit: Int

    public init(limit: Int) { self.limit = limit }

    public static let sql = "SELECT counted, more, later FROM martlet.roll_up($1)"
    public func encode(into parameters: inout Parameters) { parameters.int4(Int32(clamping: limit)) }

    public static func decode(_ row: inout RowReader) throws(PostgresError) -> Row {
        try Row(counted: Int(row.int32()), more: row.bool(), later: row.bool())
    }
}
