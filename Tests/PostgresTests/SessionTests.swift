import Postgres
import Testing
import TestSupport

struct SessionTests {
    @Test func `a session has a connection that no shared statement uses`() async throws {
        try await withClient(connectionsMax: 2) { client in
            try await client.withSession { session in
                let own = try await session.execute(BackendID())
                for _ in 0..<20 {
                    #expect(try await client.execute(BackendID()) != own)
                    #expect(try await session.execute(BackendID()) == own)
                }
            }
        }
    }

    @Test func `a script runs several statements and reports the first error`() async throws {
        try await withClient { client in
            try await client.withSession { session in
                try await session.script("CREATE TABLE a (); CREATE TABLE b (); SELECT 1")
                let error = await postgresError {
                    try await session.script("CREATE TABLE c (); SELECT * FROM missing; CREATE TABLE d ()")
                }
                #expect(error?.state == .undefinedTable)
                // The script was one transaction, and the session goes on.
                #expect(try await session.execute(CountTables()) == [2])
            }
        }
    }

    @Test func `an empty script does nothing`() async throws {
        try await withClient { client in
            try await client.withSession { session in
                try await session.script("")
                #expect(try await session.execute(AddOne(value: 1)) == [2])
            }
        }
    }

    @Test func `advisory locks last as long as the session`() async throws {
        try await withClient { client in
            try await client.withSession { session throws in
                #expect(try await session.execute(TryLock()) == [true])
                #expect(try await client.execute(TryLock()) == [false])
            }
            #expect(try await client.execute(TryTransactionLock()) == [true])
        }
    }

    @Test func `settings and open transactions do not outlive the session`() async throws {
        try await withClient(connectionsMax: 1) { client in
            let backend = try await client.execute(BackendID())
            try await client.withSession { session in
                try await session.execute(ChangeSetting())
                #expect(try await session.execute(ReadSetting()) == ["leftover"])
            }
            #expect(try await client.execute(ReadSetting()) == ["start"])
            #expect(try await client.execute(BackendID()) == backend)
        }
    }

    @Test func `a connection that ran a script is not used again`() async throws {
        try await withClient(connectionsMax: 1) { client in
            let backend = try await client.withSession { session in
                try await session.script("BEGIN; DEALLOCATE ALL")
                return try await session.execute(BackendID())
            }
            #expect(try await client.execute(BackendID()) != backend)
        }
    }

    @Test func `COPY ends the session with an error instead of hanging`() async throws {
        try await withClient { client throws in
            let error = await postgresError {
                try await client.withSession { try await $0.script("COPY (SELECT 1) TO STDOUT") }
            }
            guard case .connectionLost = error else {
                Issue.record("\(String(describing: error)) instead of connectionLost")
                return
            }
            #expect(try await client.execute(AddOne(value: 1)) == [2])
        }
    }

    @Test func `shared statements work while as many sessions as possible are open`() async throws {
        try await withClient(connectionsMax: 2) { client in
            try await client.withSession { session throws in
                let waiting = Task {
                    try await client.withSession(deadline: .seconds(10)) { try await $0.execute(AddOne(value: 1)) }
                }
                for value in 0..<20 {
                    #expect(try await client.execute(AddOne(value: Int64(value))) == [Int64(value + 1)])
                }
                waiting.cancel()
                let error = await postgresError { _ = try await waiting.value }
                #expect(error == .cancelled)
                #expect(try await session.execute(AddOne(value: 1)) == [2])
            }
        }
    }

    @Test func `a session that gets no connection in time times out`() async throws {
        try await withClient(connectionsMax: 1) { client in
            try await client.withSession { _ in
                let error = await postgresError {
                    try await client.withSession(deadline: .milliseconds(100)) { _ in }
                }
                #expect(error == .timedOut(after: .milliseconds(100)))
            }
        }
    }
}

private struct CountTables: Statement {
    static let sql = "SELECT count(*) FROM pg_catalog.pg_tables WHERE schemaname = 'public'"
    static func decode(_ row: inout RowReader) throws(PostgresError) -> Int64 { try row.int64() }
}

private struct TryLock: Statement {
    static let sql = "SELECT pg_catalog.pg_try_advisory_lock(42)"
    static func decode(_ row: inout RowReader) throws(PostgresError) -> Bool { try row.bool() }
}

private struct TryTransactionLock: Statement {
    static let sql = "SELECT pg_catalog.pg_try_advisory_xact_lock(42)"
    static func decode(_ row: inout RowReader) throws(PostgresError) -> Bool { try row.bool() }
}

private struct ChangeSetting: Statement {
    static let sql = "SELECT pg_catalog.set_config('martlet.test', 'leftover', false)"
    static func decode(_ row: inout RowReader) throws(PostgresError) {}
}

private struct ReadSetting: Statement {
    static let sql = "SELECT coalesce(nullif(current_setting('martlet.test', true), ''), 'start')"
    static func decode(_ row: inout RowReader) throws(PostgresError) -> String { try row.text() }
}
