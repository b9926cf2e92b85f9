import Logging
import Postgres
import TestSupport

/// The server's answer to `$1 + 1`.
struct AddOne: Statement {
    let value: Int64
    static let sql = "SELECT $1::int8 + 1"
    func encode(into parameters: inout Parameters) { parameters.int8(value) }
    static func decode(_ row: inout RowReader) throws(PostgresError) -> Int64 { try row.int64() }
}

struct Sleep: Statement {
    let seconds: Double
    static let sql = "SELECT pg_catalog.pg_sleep($1)"
    func encode(into parameters: inout Parameters) { parameters.float8(seconds) }
    static func decode(_ row: inout RowReader) throws(PostgresError) {}
}

struct DivideByZero: Statement {
    static let sql = "SELECT 1 / 0"
    static func decode(_ row: inout RowReader) throws(PostgresError) {}
}

struct BackendID: Statement {
    static let sql = "SELECT pg_catalog.pg_backend_pid()"
    static func decode(_ row: inout RowReader) throws(PostgresError) -> Int32 { try row.int32() }
}

struct TerminateBackend: Statement {
    let backend: Int32
    static let sql = "SELECT pg_catalog.pg_terminate_backend($1)"
    func encode(into parameters: inout Parameters) { parameters.int4(backend) }
    static func decode(_ row: inout RowReader) throws(PostgresError) -> Bool { try row.bool() }
}

/// How many backends of this database have been working on `SELECT pg_catalog.pg_sleep($1)` for a while: long enough for
/// a client to notice that its connection is stalled.
struct CountSleepers: Statement {
    static let sql = """
        SELECT count(*) FROM pg_catalog.pg_stat_activity
        WHERE datname = current_database() AND state = 'active' AND query LIKE 'SELECT pg_catalog.pg_sleep%'
            AND clock_timestamp() - query_start > interval '50 ms'
        """
    static func decode(_ row: inout RowReader) throws(PostgresError) -> Int64 { try row.int64() }
}

/// Backends of this database but our own that are not the server's background processes.
struct OtherBackends: Statement {
    static let sql = """
        SELECT pid FROM pg_catalog.pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
        """
    static func decode(_ row: inout RowReader) throws(PostgresError) -> Int32 { try row.int32() }
}

/// A table `items (id int8 PRIMARY KEY, note text)`.
enum Items {
    static let script = """
        CREATE TABLE items (
            id int8 CONSTRAINT items_pkey PRIMARY KEY,
            note text,
            CONSTRAINT items_id_is_positive CHECK (id > 0)
        )
        """

    struct Insert: Statement {
        let id: Int64
        var note: String?
        static let sql = "INSERT INTO items (id, note) VALUES ($1, $2)"
        func encode(into parameters: inout Parameters) {
            parameters.int8(id)
            parameters.text(note)
        }
    }

    struct Count: Statement {
        static let sql = "SELECT count(*) FROM items"
        static func decode(_ row: inout RowReader) throws(PostgresError) -> Int64 { try row.int64() }
    }

    struct Lock: Statement {
        static let sql = "LOCK TABLE items IN ACCESS EXCLUSIVE MODE"
    }
}

let quietLogger = Logger(label: "PostgresTests") { _ in SwiftLogNoOpLogHandler() }

/// A client of an empty database of its own, shut down afterwards.
func withClient<Result>(
    connectionsMax: Int = 4,
    waitersMax: Int = 10_000,
    deadline: Duration = .seconds(20),
    script: String? = nil,
    _ body: (PostgresClient) async throws -> Result
) async throws -> Result {
    try await withDatabase { url in
        try await withClient(
            PostgresConfiguration(
                url: url, connectionsMax: connectionsMax, deadline: deadline, waitersMax: waitersMax)
        ) { client in
            if let script { try await client.withSession { try await $0.script(script) } }
            return try await body(client)
        }
    }
}

func withClient<Result>(
    _ configuration: PostgresConfiguration, _ body: (PostgresClient) async throws -> Result
) async throws -> Result {
    let client = PostgresClient(configuration, logger: quietLogger)
    do {
        let result = try await body(client)
        await client.shutdown()
        return result
    } catch {
        await client.shutdown(grace: .zero)
        throw error
    }
}

/// The error that `body` throws, or `nil`.
func postgresError(_ body: () async throws -> Void) async -> PostgresError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? PostgresError
    }
}

extension Duration {
    /// Far longer than any deadline under test, on however busy a machine, and far shorter than what is waited for
    /// where there is none: who exceeds it hangs.
    static let patience: Duration = .seconds(30)
}

/// What `body` returns, and how long it took.
func timed<Result>(_ body: () async throws -> Result) async rethrows -> (result: Result, duration: Duration) {
    let clock = ContinuousClock()
    let start = clock.now
    let result = try await body()
    return (result, clock.now - start)
}
