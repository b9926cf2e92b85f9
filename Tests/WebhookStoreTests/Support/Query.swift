import Postgres
import TestSupport

/// Any SQL that returns one column of text: what a test asks only once needs no type of its own.
struct Query: Statement {
    /// Statements have one text each; the function runs the text it is given.
    static let function = """
        CREATE FUNCTION public.query(sql text) RETURNS SETOF text LANGUAGE plpgsql
        AS $$ BEGIN RETURN QUERY EXECUTE sql; END $$
        """

    static let sql = "SELECT query FROM public.query($1)"

    private let text: String

    init(_ text: String) { self.text = text }

    func encode(into parameters: inout Parameters) { parameters.text(text) }
    static func decode(_ row: inout RowReader) throws(PostgresError) -> String? { try row.textOrNil() }
}

extension PostgresSession {
    func rows(_ sql: String) async throws(PostgresError) -> [String?] { try await execute(Query(sql)) }
    func value(_ sql: String) async throws(PostgresError) -> String? { try await execute(Query(sql)).first ?? nil }
}

extension PostgresSession {
    /// Waits until somebody waits for a lock that this session's transaction holds, and returns whose backend it is.
    ///
    /// Asked of this session: a statement of the client could be sent behind the one that waits, on its connection.
    func waitUntilItBlocksSomebody() async throws -> String {
        var blocked: String?
        try await eventually("somebody waits for this session", within: .seconds(60)) {
            blocked = try await value(
                "SELECT pid::text FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))")
            return blocked != nil
        }
        return blocked ?? ""
    }
}

/// The SQLSTATE with which the server refuses what `body` asks of it; `nil` when it does not refuse.
func refusal(_ body: () async throws -> Void) async throws -> SQLState? {
    do {
        try await body()
        return nil
    } catch let error as PostgresError {
        guard let state = error.state else { throw error }
        return state
    }
}
