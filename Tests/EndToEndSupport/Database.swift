public import JSONFilter
import Logging
import Postgres

/// Looks into a database, and changes there what no user could: the time.
public struct Database: Sendable {
    private let client: PostgresClient

    /// Opens it, lends it to `body`, and closes it.
    public static func with<Result>(
        _ url: String, _ body: (Database) async throws -> Result
    ) async throws -> Result {
        let client = PostgresClient(
            PostgresConfiguration(url: url, applicationName: "end-to-end test", connectionsMax: 2),
            logger: Logger(label: "end-to-end-test") { _ in SwiftLogNoOpLogHandler() })
        let result: Result
        do {
            let database = Database(client: client)
            try await database.run(RowsAsJSON.function)
            result = try await body(database)
        } catch {
            await client.shutdown(grace: .zero)
            throw error
        }
        await client.shutdown(grace: .zero)
        return result
    }

    /// Runs any statements, and throws their rows away.
    public func run(_ sql: String) async throws {
        try await client.withSession { session in try await session.script(sql) }
    }

    /// The rows of a query, each an object.
    public func rows(_ query: String) async throws -> [JSONValue] {
        let text = try await client.execute(RowsAsJSON(query: query)).first ?? "[]"
        return try JSONValue(parsing: Array(text.utf8)).arrayValue ?? []
    }

    /// The only row of a query.
    public func row(_ query: String) async throws -> JSONValue {
        let rows = try await rows(query)
        guard rows.count == 1 else { throw NotOneRow(query: query, count: rows.count) }
        return rows[0]
    }

    /// The only value of a query.
    public func value(_ query: String) async throws -> JSONValue {
        try await row(query).objectValue?.first?.value ?? .null
    }

    public func count(_ table: String) async throws -> Int {
        try await value("SELECT count(*) FROM \(table)").intValue ?? -1
    }
}

/// A query without one row.
struct NotOneRow: Error, CustomStringConvertible {
    let query: String
    let count: Int

    var description: String { "\(count) rows from: \(query)" }
}

/// Statements are prepared by their text; a test's queries are many, so one statement runs them all.
private struct RowsAsJSON: Statement {
    let query: String

    /// Outside of the schema under test. Two tests that create it at once on one server have two databases.
    static let function = """
        CREATE SCHEMA IF NOT EXISTS end_to_end;
        CREATE OR REPLACE FUNCTION end_to_end.rows_as_json(query text) RETURNS text LANGUAGE plpgsql AS $$
        DECLARE
            answer text;
        BEGIN
            EXECUTE 'SELECT coalesce(json_agg(answer), ''[]'') FROM (' || query || ') AS answer' INTO answer;
            RETURN answer;
        END
        $$;
        """

    static let sql = "SELECT end_to_end.rows_as_json($1)"

    func encode(into parameters: inout Parameters) { parameters.text(query) }
    static func decode(_ row: inout RowReader) throws(PostgresError) -> String { try row.text() }
}
