public import Postgres

/// Registers a worker on the session that executes it, and takes the lock that proves it alive.
public struct RegisterWorker: Statement {
    /// For people: host and process.
    public let name: String
    public let userAgent: String

    public init(name: String, userAgent: String) {
        self.name = name
        self.userAgent = userAgent
    }

    public static let sql = "SELECT martlet.register_worker($1, $2)"

    public func encode(into parameters: inout Parameters) {
        parameters.text(name)
        parameters.text(userAgent)
    }

    public static func decode(_ row: inout RowReader) throws(PostgresError) -> WorkerID {
        try WorkerID(rawValue: row.int32())
    }
}

/// Takes the lock of a worker whose session was lost. False: it has been found dead meanwhile.
public struct ResumeWorker: Statement {
    public let worker: WorkerID

    public init(worker: WorkerID) { self.worker = worker }

    public static let sql = "SELECT martlet.resume_worker($1)"
    public func encode(into parameters: inout Parameters) { parameters.int4(worker.rawValue) }
    public static func decode(_ row: inout RowReader) throws(PostgresError) -> Bool { try row.bool() }
}

/// Gives back everything the worker still holds.
public struct RetireWorker: Statement {
    public let worker: WorkerID

    public init(worker: WorkerID) { self.worker = worker }

    public static let sql = "SELECT true FROM (SELECT martlet.retire_worker($1)) AS done"
    public func encode(into parameters: inout Parameters) { parameters.int4(worker.rawValue) }
    public static func decode(_ row: inout RowReader) throws(PostgresError) -> Bool { try row.bool() }
}

/// The duties of every second: dead workers' leases returned, lanes advanced.
public struct TendQueue: Statement {
    public struct Row: Sendable, Equatable {
        /// Workers found dead: their deliveries can be claimed again.
        public let deadWorkers: Int
        public let laneIsDue: Bool
        /// Whether a subscription has an order or a rate limit.
        public let hasPromptLanes: Bool
        public let replayIsRunning: Bool
    }

    /// Executed on the session that holds this worker's lock.
    public let worker: WorkerID

    public init(worker: WorkerID) { self.worker = worker }

    public static let sql = "SELECT dead, lane_is_due, has_prompt_lanes, replay_is_running FROM martlet.tend($1)"
    public func encode(into parameters: inout Parameters) { parameters.int4(worker.rawValue) }

    public static func decode(_ row: inout RowReader) throws(PostgresError) -> Row {
        try Row(
            deadWorkers: Int(row.int32()), laneIsDue: row.bool(), hasPromptLanes: row.bool(),
            replayIsRunning: row.bool())
    }
}

/// A sample for `ScanPosition`.
public struct SampleHorizon: Statement {
    public struct Row: Sendable, Equatable {
        /// Ids made from now on are larger.
        public let id: Int64
        /// The oldest transaction still running.
        public let oldestTransaction: Int64
        /// All transactions that run at this moment have smaller numbers.
        public let nextTransaction: Int64

        public init(id: Int64, oldestTransaction: Int64, nextTransaction: Int64) {
            self.id = id
            self.oldestTransaction = oldestTransaction
            self.nextTransaction = nextTransaction
        }
    }

    public init() {}

    public static let sql = "SELECT id, oldest, next FROM martlet.horizon()"

    public static func decode(_ row: inout RowReader) throws(PostgresError) -> Row {
        try Row(id: row.int64(), oldestTransaction: row.int64(), nextTransaction: row.int64())
    }
}
