import Curl
import Postgres

/// One database of the gateway, and its two programs as an operator would start them.
struct Gateway: Sendable {
    static let adminKey = "martlet-bench-admin"
    /// Base64 of 32 bytes: what is sealed here is worth nothing.
    private static let masterKey = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="

    let bench: Bench
    let database: String
    let client: PostgresClient

    /// - Parameter template: a database that nobody uses meanwhile.
    static func make(_ bench: Bench, copying template: String = Bench.template) async throws -> Gateway {
        let database = await bench.newName("bench")
        try await bench.server.databases.create(database, template: template)
        let client = PostgresClient(
            PostgresConfiguration(
                url: bench.server.url(database: database), applicationName: "martlet-bench", connectionsMax: 1,
                deadline: .seconds(120)),
            logger: Bench.quietLogger)
        return Gateway(bench: bench, database: database, client: client)
    }

    /// Closes our own connection, so that the database can be copied.
    func close() async {
        await client.shutdown()
    }

    func remove() async {
        await client.shutdown()
        try? await bench.server.databases.drop(database)
    }

    func startIngest() async throws -> (program: ChildProgram, port: UInt16) {
        let program = try await ChildProgram.start(
            "ingest", executable: bench.programs.ingestServer, environment: environment)
        return (program, try await program.listeningPort())
    }

    /// Returns when it is registered, which is when it begins to claim.
    ///
    /// - Parameter settings: where it differs from the defaults.
    func startWorker(_ settings: [String: String] = [:]) async throws -> ChildProgram {
        let program = try await ChildProgram.start(
            "worker", executable: bench.programs.deliveryWorker, environment: environment.merging(settings) { $1 })
        _ = try await program.rest(ofLineWith: "worker registered")
        return program
    }

    private var environment: [String: String] {
        [
            "DATABASE_URL": bench.server.url(database: database), "MARTLET_MASTER_KEY": Self.masterKey,
            "MARTLET_ADMIN_KEY": Self.adminKey, "MARTLET_LISTEN": "127.0.0.1:0", "MARTLET_WORKER_LISTEN": "",
            "MARTLET_ALLOW_HTTP": "true", "MARTLET_ALLOW_ADDRESSES": "127.0.0.1/32",
        ]
    }

    func usage() async throws -> DatabaseUsage {
        try await DatabaseUsage.read(
            of: database, from: bench.statistics, countsStatements: bench.countsStatements)
    }

    /// Puts all subscriptions into queued mode: what is stored from now on waits a second and goes out in batches.
    func aggregate(batchSize: Int) async throws {
        try await client.withSession { session in
            try await session.script(
                """
                UPDATE martlet.subscriptions
                SET queue_mode = 'queued', batch_interval_seconds = 1, batch_size = \(batchSize)
                """)
        }
    }

    /// Waits until every delivery has been recorded.
    ///
    /// - Parameter ignored: names of subscriptions whose deliveries may wait for ever.
    func waitUntilRecorded(ignoring ignored: [String] = []) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while try await client.execute(SelectWhetherWaiting(ignored: ignored)).first == true {
            guard ContinuousClock.now < deadline else { throw HelperError("deliveries stay unrecorded") }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// The ids of all events, and the numbers in them.
    func events() async throws -> [StoredNumber] {
        try await client.execute(SelectEvents())
    }

    /// The ids of the deliveries that wait.
    func queuedDeliveries() async throws -> [Int64] {
        try await client.execute(SelectQueued())
    }

    /// The ids of the deliveries that were recorded as delivered.
    func recordedDeliveries() async throws -> [Int64] {
        try await client.execute(SelectDelivered())
    }

    /// Does what autovacuum would do after many events were stored at once: else it does it while something is measured.
    func tidyEvents() async throws {
        try await client.withSession { session in
            try await session.script("VACUUM (ANALYZE) martlet.events", deadline: .seconds(120))
        }
    }

    /// Writes to disk what waits for it, whoever left it: else a backlog is drained against what was measured before.
    func settle() async throws {
        try await client.withSession { session in
            try await session.script("CHECKPOINT", deadline: .seconds(120))
        }
    }

    /// Of one event, by the number in it.
    func recordedDeliveries(ofEventWith number: Int64) async throws -> [Int64] {
        try await client.execute(SelectDeliveredOfEvent(number: number))
    }

    /// Stores events as HTTP would, a thousand a statement.
    ///
    /// - Parameters:
    ///   - eventNames: how many names take turns.
    ///   - firstName: the number of the first of them.
    func fill(_ count: Int, eventNames: Int, firstName: Int = 0) async throws {
        let first = await bench.takeNumbers(Int64(count))
        var begun: Int64 = 0
        while begun < count {
            let size = min(1_000, Int64(count) - begun)
            try await client.execute(
                DispatchSamples(
                    first: first + begun, count: size, eventNames: Int32(eventNames), firstName: Int32(firstName)))
            begun += size
        }
    }
}

/// An event as it is in the database.
struct StoredNumber: Sendable {
    let id: Int64
    let number: Int64
}

private struct SelectWhetherWaiting: Statement {
    let ignored: [String]

    static let sql = """
        WITH ignored AS (SELECT id FROM martlet.subscriptions WHERE name = ANY ($1))
        SELECT EXISTS (SELECT FROM martlet.pending WHERE subscription_id NOT IN (SELECT id FROM ignored))
            OR EXISTS (SELECT FROM martlet.waiting WHERE subscription_id NOT IN (SELECT id FROM ignored))
               \(ownStatementMark)
        """

    func encode(into parameters: inout Parameters) {
        parameters.textArray(ignored)
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> Bool { try row.bool() }
}

private struct SelectEvents: Statement {
    static let sql = "SELECT id, (payload ->> 'n')::int8 \(ownStatementMark) FROM martlet.events"

    static func decode(_ row: inout RowReader) throws(PostgresError) -> StoredNumber {
        StoredNumber(id: try row.int64(), number: try row.int64OrNil() ?? 0)
    }
}

private struct SelectQueued: Statement {
    static let sql = """
        SELECT id \(ownStatementMark) FROM martlet.pending
        UNION ALL
        SELECT id FROM martlet.waiting
        """

    static func decode(_ row: inout RowReader) throws(PostgresError) -> Int64 { try row.int64() }
}

private struct SelectDelivered: Statement {
    static let sql = """
        SELECT unnest(coalesce(queue_ids, ARRAY[delivery_id])) \(ownStatementMark)
        FROM martlet.attempts WHERE outcome = 'd'
        """

    static func decode(_ row: inout RowReader) throws(PostgresError) -> Int64 { try row.int64() }
}

private struct SelectDeliveredOfEvent: Statement {
    let number: Int64

    static let sql = """
        SELECT attempt.delivery_id \(ownStatementMark)
        FROM martlet.events AS event
        JOIN martlet.attempts AS attempt ON attempt.event_id = event.id
        WHERE event.payload ->> 'n' = $1::text
          AND attempt.outcome = 'd'
        """

    func encode(into parameters: inout Parameters) {
        parameters.int8(number)
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> Int64 { try row.int64() }
}
