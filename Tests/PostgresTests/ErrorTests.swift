import Postgres
import Testing

/// Server errors arrive as SQLSTATE and a message without values.
struct ErrorTests {
    @Test func `a violated constraint is named, its values are not`() async throws {
        try await withClient(script: Items.script) { client in
            try await client.execute(Items.Insert(id: 1))
            let duplicate = await postgresError { try await client.execute(Items.Insert(id: 1)) }
            #expect(
                duplicate
                    == .server(
                        .uniqueViolation, message: "duplicate key value violates unique constraint \"items_pkey\"",
                        constraint: "items_pkey"))
            let negative = await postgresError { try await client.execute(Items.Insert(id: -1, note: "secret")) }
            #expect(negative?.state == .checkViolation)
            #expect(!String(describing: negative).contains("secret"))
        }
    }

    @Test func `a value that cannot be converted is not repeated in the error`() async throws {
        try await withClient { client in
            let error = await postgresError { try await client.execute(ToInteger(text: "sec\"ret")) }
            #expect(
                error
                    == .server(
                        .invalidTextRepresentation, message: "invalid input syntax for type integer: \"…\"",
                        constraint: nil))
        }
    }

    @Test func `a code raised by a function arrives as it is`() async throws {
        let function = """
            CREATE FUNCTION refuse() RETURNS void LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION 'no such event' USING ERRCODE = 'MW001', DETAIL = 'secret'; END $$
            """
        try await withClient(script: function) { client in
            let error = await postgresError { try await client.execute(Refuse()) }
            #expect(error == .server("MW001", message: "no such event", constraint: nil))
        }
    }

    @Test func `a statement that returns rows and declares none is an error`() async throws {
        try await withClient { client in
            let error = await postgresError { try await client.execute(RowsUnawares()) }
            #expect(error == .undecodable(detail: "the statement returned a row, and its type declares none"))
        }
    }

    @Test(arguments: [
        (PostgresError.connectionLost(detail: ""), true), (.timedOut(after: .seconds(1)), true), (.overloaded, true),
        (.server(.serializationFailure, message: "", constraint: nil), true),
        (.server(.tooManyConnections, message: "", constraint: nil), true),
        (.server(.adminShutdown, message: "", constraint: nil), true),
        (.server(.uniqueViolation, message: "", constraint: nil), false),
        (.server(.undefinedTable, message: "", constraint: nil), false),
        (.cancelled, false), (.shutdown, false), (.sessionEnded, false),
    ])
    func `transient is what may succeed unchanged`(error: PostgresError, isTransient: Bool) {
        #expect(error.isTransient == isTransient)
    }
}

private struct ToInteger: Statement {
    let text: String
    static let sql = "SELECT $1::text::integer"
    func encode(into parameters: inout Parameters) { parameters.text(text) }
    static func decode(_ row: inout RowReader) throws(PostgresError) -> Int32 { try row.int32() }
}

private struct Refuse: Statement {
    static let sql = "SELECT refuse()"
    static func decode(_ row: inout RowReader) throws(PostgresError) {}
}

private struct RowsUnawares: Statement {
    static let sql = "SELECT 1"
}
