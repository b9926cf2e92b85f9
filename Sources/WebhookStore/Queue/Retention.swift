public import Postgres

/// Makes the partitions of the days to come. Done when it has made none.
public struct MakePartitions: Statement {
    public init() {}

    public static let sql = "SELECT martlet.make_partitions()"
    public static func decode(_ row: inout RowReader) throws(PostgresError) -> Int { try Int(row.int32()) }
}

/// Deletes what is older than the retention, some rows of each kind.
public struct ExpireRows: Statement {
    public struct Row: Sendable, Equatable {
        public let deleted: Int
        /// There may be others.
        public let more: Bool
    }

    /// Rows of each kind.
    public let limit: Int

    public init(limit: Int) { self.limit = limit }

    public static let sql = "SELECT rows, more FROM martlet.expire($1)"
    public func encode(into parameters: inout Parameters) { parameters.int4(Int32(clamping: limit)) }

    public static func decode(_ row: inout RowReader) throws(PostgresError) -> Row {
        try Row(deleted: Int(row.int64()), more: row.bool())
    }
}

/// Drops the oldest partition that has outlived the retention, and says which; `nil`: there is none that can go now.
public struct DropOldPartition: Statement {
    public init() {}

    public static let sql = "SELECT martlet.drop_old_partition()"
    public static func decode(_ row: inout RowReader) throws(PostgresError) -> String? { try row.textOrNil() }
}
