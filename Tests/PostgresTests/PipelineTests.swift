import Postgres
import Testing
import TestSupport

/// Statements of many callers share connections, and nothing else.
struct PipelineTests {
    @Test func `a thousand concurrent callers get their own answers`() async throws {
        try await withClient { client in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for caller in 0..<1000 {
                    group.addTask {
                        for round in 0..<5 {
                            let value = Int64(caller * 10 + round)
                            guard try await client.execute(AddOne(value: value)) == [value + 1] else { return false }
                        }
                        return true
                    }
                }
                var correct = 0
                for try await isCorrect in group where isCorrect { correct += 1 }
                #expect(correct == 1000)
            }
        }
    }

    @Test func `an error leaves the statements around it alone`() async throws {
        try await withClient(connectionsMax: 1, script: Items.script) { client throws in
            let results = await withTaskGroup(of: Bool.self) { group in
                for index in 0..<60 {
                    group.addTask {
                        if index % 3 == 1 {
                            let error = await postgresError { try await client.execute(DivideByZero()) }
                            return error?.state == "22012"
                        }
                        let error = await postgresError {
                            try await client.execute(Items.Insert(id: Int64(index + 1)))
                        }
                        return error == nil
                    }
                }
                var results: [Bool] = []
                for await result in group { results.append(result) }
                return results
            }
            #expect(results.allSatisfy { $0 })
            #expect(try await client.execute(Items.Count()) == [40])
        }
    }

    @Test func `a statement is prepared once per connection`() async throws {
        try await withClient(connectionsMax: 1) { client in
            for value in 0..<20 { try await client.execute(AddOne(value: Int64(value))) }
            #expect(try await client.execute(PreparedCount(sql: AddOne.sql)) == [1])
        }
    }

    @Test func `a statement that could not be prepared works once it can`() async throws {
        try await withClient(connectionsMax: 1) { client in
            let error = await postgresError { try await client.execute(Items.Insert(id: 1)) }
            #expect(error?.state == .undefinedTable)
            try await client.withSession { try await $0.script(Items.script) }
            #expect(try await client.affectedRows(by: Items.Insert(id: 1)) == 1)
        }
    }

    @Test func `a prepared statement survives a change of its table`() async throws {
        let script = "CREATE TABLE shapes (a int8); INSERT INTO shapes VALUES (7)"
        try await withClient(connectionsMax: 2, script: script) { client in
            #expect(try await client.execute(SelectShapes()) == [7])
            try await client.withSession { try await $0.script("ALTER TABLE shapes ADD COLUMN b text") }
            #expect(try await client.execute(SelectShapes()) == [7])
        }
    }

    @Test func `a slow statement does not hold up those that come later`() async throws {
        try await withDatabase { url in
            let configuration = PostgresConfiguration(url: url)
            try await withClient(configuration) { client in
                try await withClient(configuration) { observer in
                    let slow = Task { _ = try await client.execute(Sleep(seconds: 90), deadline: .seconds(120)) }
                    try await eventually("the slow statement is running") {
                        try await observer.execute(CountSleepers()) == [1]
                    }
                    for value in 0..<50 {
                        try await client.execute(AddOne(value: Int64(value)), deadline: .patience)
                    }
                    try await observer.execute(TerminateSleepers())
                    #expect(await postgresError { try await slow.value } != nil)
                }
            }
        }
    }

    @Test func `callers beyond the bound are refused at once`() async throws {
        try await withClient(connectionsMax: 1, waitersMax: 10) { client in
            try await client.execute(AddOne(value: 1))
            // One connection takes 128 statements ahead; ten more may wait.
            let refused = try await withThrowingTaskGroup(of: PostgresError?.self) { group in
                for _ in 0..<200 {
                    group.addTask {
                        await postgresError { try await client.execute(Sleep(seconds: 20), deadline: .seconds(1)) }
                    }
                }
                var refused = 0
                for try await error in group where error == .overloaded { refused += 1 }
                return refused
            }
            #expect(refused == 200 - 128 - 10)
        }
    }

    @Test func `no more connections open than allowed`() async throws {
        try await withClient(connectionsMax: 2) { client in
            try await withThrowingTaskGroup(of: Int32.self) { group in
                for _ in 0..<500 { group.addTask { try await client.execute(BackendID())[0] } }
                var backends: Set<Int32> = []
                for try await backend in group { backends.insert(backend) }
                #expect(backends.count <= 2)
            }
        }
    }
}

private struct PreparedCount: Statement {
    let sql: String
    static let sql = "SELECT count(*) FROM pg_catalog.pg_prepared_statements WHERE statement = $1"
    func encode(into parameters: inout Parameters) { parameters.text(sql) }
    static func decode(_ row: inout RowReader) throws(PostgresError) -> Int64 { try row.int64() }
}

private struct SelectShapes: Statement {
    static let sql = "SELECT * FROM shapes"
    static func decode(_ row: inout RowReader) throws(PostgresError) -> Int64 { try row.int64() }
}

struct TerminateSleepers: Statement {
    static let sql = """
        SELECT count(pg_terminate_backend(pid)) FROM pg_catalog.pg_stat_activity
        WHERE datname = current_database() AND query LIKE 'SELECT pg_catalog.pg_sleep%'
        """
    static func decode(_ row: inout RowReader) throws(PostgresError) {}
}
