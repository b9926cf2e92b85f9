import Postgres

/// Stores events in one statement, as `ingest-server` would.
struct DispatchSamples: Statement {
    /// The number of the first.
    let first: Int64
    let count: Int64
    /// How many names take turns.
    let eventNames: Int32
    /// The number of the first of them.
    var firstName: Int32 = 0

    static let sql = """
        SELECT count(*)::int8 \(ownStatementMark)
        FROM martlet.dispatch_many(
            ARRAY(SELECT 'bench.s' || lpad(($6 + n % $3)::text, 2, '0')
                  FROM generate_series($1, $1 + $2 - 1) AS n ORDER BY n),
            ARRAY(SELECT ($4 || n || $5)::json FROM generate_series($1, $1 + $2 - 1) AS n ORDER BY n),
            NULL,
            array_fill('default'::text, ARRAY[$2::int]),
            NULL)
        """

    func encode(into parameters: inout Parameters) {
        parameters.int8(first)
        parameters.int8(count)
        parameters.int4(eventNames)
        parameters.text(SampleEvent.numberMember)
        parameters.text(SampleEvent.rest(bytes: SampleEvent.bytesDefault))
        parameters.int4(firstName)
    }

    static func decode(_ row: inout RowReader) throws(PostgresError) -> Int64 { try row.int64() }
}
