import Postgres

/// Everything that the tables of subscriptions and keys hold, as text: bytes both in hexadecimal and as characters.
struct TableText: Statement {
    static let sql = """
        SELECT coalesce((SELECT string_agg(
                    s::text || encode(s.secret, 'escape') || coalesce(encode(s.sealed_headers, 'escape'), '')
                        || coalesce(encode(s.previous_secret, 'escape'), ''), ' ')
                    FROM martlet.subscriptions AS s), '')
            || coalesce((SELECT string_agg(v::text, ' ') FROM martlet.subscription_versions AS v), '')
            || coalesce((SELECT string_agg(k::text || encode(k.key_hash, 'escape'), ' ') FROM martlet.api_keys AS k), '')
        """

    static func decode(_ row: inout RowReader) throws(PostgresError) -> String { try row.text() }
}
