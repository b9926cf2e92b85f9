import Postgres
import Testing
import TestSupport

struct TransactionTests {
    private struct Refusal: Error {}

    @Test func `what a transaction wrote is there after it returns`() async throws {
        try await withClient(script: Items.script) { client in
            let count = try await client.withTransaction { transaction in
                try await transaction.execute(Items.Insert(id: 1))
                try await transaction.execute(Items.Insert(id: 2))
                return try await transaction.execute(Items.Count())[0]
            }
            #expect(count == 2)
            #expect(try await client.execute(Items.Count()) == [2])
        }
    }

    @Test func `what a transaction wrote is gone after it throws`() async throws {
        try await withClient(script: Items.script) { client throws in
            await #expect(throws: Refusal.self) {
                try await client.withTransaction { transaction in
                    try await transaction.execute(Items.Insert(id: 1))
                    throw Refusal()
                }
            }
            #expect(try await client.execute(Items.Count()) == [0])
        }
    }

    @Test func `nobody sees a transaction before it commits`() async throws {
        try await withClient(script: Items.script) { client in
            try await client.withTransaction { transaction in
                try await transaction.execute(Items.Insert(id: 1))
                #expect(try await client.execute(Items.Count()) == [0])
            }
            #expect(try await client.execute(Items.Count()) == [1])
        }
    }

    @Test func `a swallowed error makes the commit fail`() async throws {
        try await withClient(script: Items.script) { client throws in
            let error = await postgresError {
                try await client.withTransaction { transaction in
                    try await transaction.execute(Items.Insert(id: 1))
                    _ = await postgresError { try await transaction.execute(DivideByZero()) }
                }
            }
            #expect(error?.state == .inFailedTransaction)
            #expect(try await client.execute(Items.Count()) == [0])
        }
    }

    @Test func `the connection of a failed transaction serves the next`() async throws {
        try await withClient(connectionsMax: 1, script: Items.script) { client in
            let before = try await client.execute(BackendID())
            _ = await postgresError {
                try await client.withTransaction { transaction in
                    _ = try await transaction.execute(DivideByZero())
                }
            }
            let rows = try await client.withTransaction { transaction in
                try await transaction.affectedRows(by: Items.Insert(id: 1))
            }
            #expect(rows == 1)
            #expect(try await client.execute(BackendID()) == before)
            #expect(try await client.execute(Items.Count()) == [1])
        }
    }

    @Test func `transactions wait for each other and for shared statements in turn`() async throws {
        try await withClient(connectionsMax: 1, script: Items.script) { client in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 1...20 {
                    group.addTask {
                        _ = try await client.withTransaction { transaction in
                            try await transaction.execute(Items.Insert(id: Int64(index)))
                        }
                    }
                    group.addTask { _ = try await client.execute(AddOne(value: 1)) }
                }
                try await group.waitForAll()
            }
            #expect(try await client.execute(Items.Count()) == [20])
        }
    }

    @Test func `a transaction that overruns its deadline is rolled back`() async throws {
        try await withClient(script: Items.script) { client in
            let (error, duration) = await timed {
                await postgresError {
                    try await client.withTransaction(deadline: .milliseconds(400)) { transaction in
                        try await transaction.execute(Items.Insert(id: 1))
                        try await transaction.execute(Sleep(seconds: 60))
                    }
                }
            }
            guard case .timedOut = error else {
                Issue.record("\(String(describing: error)) instead of timedOut")
                return
            }
            #expect(duration < .patience)
            #expect(try await client.execute(Items.Count()) == [0])
            try await eventually("the sleeping statement is gone") {
                try await client.execute(CountSleepers()) == [0]
            }
        }
    }

    @Test func `a transaction used after its end refuses`() async throws {
        try await withClient { client in
            let escaped = try await client.withTransaction { $0 }
            let error = await postgresError { try await escaped.execute(AddOne(value: 1)) }
            #expect(error == .sessionEnded)
        }
    }

    @Test func `a lost connection ends the transaction`() async throws {
        try await withClient(script: Items.script) { client throws in
            let error = await postgresError {
                try await client.withTransaction { transaction in
                    try await transaction.execute(Items.Insert(id: 1))
                    let backend = try await transaction.execute(BackendID())[0]
                    try await client.execute(TerminateBackend(backend: backend))
                    try await transaction.execute(Items.Insert(id: 2))
                }
            }
            guard case .connectionLost = error else {
                Issue.record("\(String(describing: error)) instead of connectionLost")
                return
            }
            #expect(try await client.execute(Items.Count()) == [0])
        }
    }
}
