public import Postgres

/// The words beyond the six defaults that the sensitive filter looks for, shared by HTTP and SQL.
public struct SensitiveKeywordStore: Sendable {
    private let database: PostgresClient

    public init(_ database: PostgresClient) {
        self.database = database
    }

    /// Adds `keywords` to those in the database and returns all there are. Whitespace around a word does not count, as
    /// for `SensitiveFilter`. Words are never dropped here: another program may rely on them; an operator deletes them
    /// in SQL.
    public func add(_ keywords: [String]) async throws(PostgresError) -> [String] {
        try await database.execute(AddSensitiveKeywords(keywords: keywords))
    }
}

private struct AddSensitiveKeywords: Statement {
    let keywords: [String]

    static let sql = """
        WITH added AS (
            INSERT INTO martlet.sensitive_keywords (keyword)
            SELECT DISTINCT lower(btrim(given.keyword, E' \\t\\n\\x0b\\f\\r') COLLATE "C")
            FROM unnest($1) AS given (keyword)
            WHERE btrim(given.keyword, E' \\t\\n\\x0b\\f\\r') <> ''
            ON CONFLICT DO NOTHING
            RETURNING keyword
        )
        SELECT keyword FROM martlet.sensitive_keywords
        UNION
        SELECT keyword FROM added
        """

    func encode(into parameters: inout Parameters) { parameters.textArray(keywords) }
    static func decode(_ row: inout RowReader) throws(PostgresError) -> String { try row.text() }
}
