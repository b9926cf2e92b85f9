import Postgres
import Testing
import TestSupport

/// Every call ends by its deadline, and what nobody waits for is stopped.
struct DeadlineTests {
    @Test func `a cancelled task gets its answer at once and the server stops`() async throws {
        try await withDatabase { url in
            let configuration = PostgresConfiguration(url: url)
            try await withClient(configuration) { client in
                try await withClient(configuration) { observer in
                    let sleeping = Task { try await client.execute(Sleep(seconds: 60), deadline: .seconds(120)) }
                    try await eventually("the statement is running") {
                        try await observer.execute(CountSleepers()) == [1]
                    }
                    let (error, duration) = await timed {
                        sleeping.cancel()
                        return await postgresError { _ = try await sleeping.value }
                    }
                    #expect(error == .cancelled)
                    #expect(duration < .patience)
                    try await eventually("the statement has stopped") {
                        try await observer.execute(CountSleepers()) == [0]
                    }
                }
            }
        }
    }

    @Test func `a task cancelled before the call sends nothing`() async throws {
        try await withClient(script: Items.script) { client throws in
            let (untilCancelled, continuation) = AsyncStream.makeStream(of: Void.self)
            let task = Task {
                for await _ in untilCancelled {}
                try await client.execute(Items.Insert(id: 1))
            }
            task.cancel()
            let error = await postgresError { try await task.value }
            continuation.finish()
            #expect(error == .cancelled)
            #expect(try await client.execute(Items.Count()) == [0])
        }
    }

    @Test func `a statement beyond its deadline times out and its connection goes on`() async throws {
        try await withClient(connectionsMax: 1) { client in
            let backend = try await client.execute(BackendID())
            let (error, duration) = await timed {
                await postgresError {
                    try await client.execute(Sleep(seconds: 60), deadline: .milliseconds(200))
                }
            }
            #expect(error == .timedOut(after: .milliseconds(200)))
            #expect(duration < .patience)
            #expect(try await client.execute(BackendID()) == backend)
        }
    }

    @Test func `statements behind a cancelled one still run`() async throws {
        try await withClient(connectionsMax: 1) { client in
            try await client.execute(AddOne(value: 0))
            let answers = try await withThrowingTaskGroup(of: [Int64].self) { group in
                group.addTask {
                    _ = await postgresError {
                        try await client.execute(Sleep(seconds: 60), deadline: .milliseconds(100))
                    }
                    return []
                }
                for value in 1...50 { group.addTask { try await client.execute(AddOne(value: Int64(value))) } }
                var answers: Set<Int64> = []
                for try await answer in group { answers.formUnion(answer) }
                return answers
            }
            #expect(answers == Set(2...51))
        }
    }

    @Test func `a statement that waits behind another times out by itself`() async throws {
        try await withClient(connectionsMax: 1) { client throws in
            let slow = Task { try await client.execute(Sleep(seconds: 1.5)) }
            _ = await postgresError { try await client.execute(Sleep(seconds: 0), deadline: .milliseconds(300)) }
            let error = await postgresError {
                try await client.execute(AddOne(value: 1), deadline: .milliseconds(100))
            }
            #expect(error == .timedOut(after: .milliseconds(100)))
            #expect(try await slow.value.count == 1)
        }
    }

    @Test func `a session goes on after a statement that timed out`() async throws {
        try await withClient { client in
            try await client.withSession { session throws in
                let error = await postgresError {
                    try await session.execute(Sleep(seconds: 60), deadline: .milliseconds(100))
                }
                #expect(error == .timedOut(after: .milliseconds(100)))
                #expect(try await session.execute(AddOne(value: 1)) == [2])
            }
        }
    }
}
