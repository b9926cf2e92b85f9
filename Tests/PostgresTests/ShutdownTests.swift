import Postgres
import Testing
import TestSupport

struct ShutdownTests {
    @Test func `shutdown finishes what is under way and refuses what comes after`() async throws {
        try await withDatabase { url in
            let client = PostgresClient(PostgresConfiguration(url: url), logger: quietLogger)
            try await withClient(PostgresConfiguration(url: url)) { other in
                let slow = Task { try await client.execute(Sleep(seconds: 0.5)) }
                try await eventually("the statement is running") {
                    try await other.execute(CountSleepers()) == [1]
                }
                await client.shutdown()
                #expect(try await slow.value.count == 1)
            }
            for _ in 0..<2 {
                let error = await postgresError { try await client.execute(AddOne(value: 1)) }
                #expect(error == .shutdown)
            }
            let refused = await postgresError { try await client.withTransaction { _ in } }
            #expect(refused == .shutdown)
            await client.shutdown()
        }
    }

    @Test func `shutdown waits no longer than its grace period`() async throws {
        try await withDatabase { url in
            let client = PostgresClient(PostgresConfiguration(url: url), logger: quietLogger)
            try await withClient(PostgresConfiguration(url: url)) { other in
                let slow = Task { try await client.execute(Sleep(seconds: 60), deadline: .seconds(120)) }
                try await eventually("the statement is running") {
                    try await other.execute(CountSleepers()) == [1]
                }
                let (_, duration) = await timed { await client.shutdown(grace: .milliseconds(100)) }
                #expect(duration < .patience)
                let error = await postgresError { _ = try await slow.value }
                #expect(error == .shutdown)
                try await other.execute(TerminateSleepers())
            }
        }
    }

    @Test func `a session may finish while the client shuts down`() async throws {
        try await withClient(script: Items.script) { client in
            let (started, continuation) = AsyncStream.makeStream(of: Void.self)
            let (resumed, resume) = AsyncStream.makeStream(of: Void.self)
            let transaction = Task {
                try await client.withTransaction { transaction in
                    try await transaction.execute(Items.Insert(id: 1))
                    continuation.finish()
                    for await _ in resumed {}
                    return try await transaction.execute(Items.Count())
                }
            }
            for await _ in started {}
            let shutdown = Task { await client.shutdown() }
            try await eventually("the client refuses new calls") {
                await postgresError { try await client.execute(AddOne(value: 1)) } == .shutdown
            }
            resume.finish()
            #expect(try await transaction.value == [1])
            await shutdown.value
        }
    }

    @Test func `a client that is dropped closes its connections`() async throws {
        try await withDatabase { url in
            try await withClient(PostgresConfiguration(url: url, connectionsMax: 1)) { other in
                do {
                    let client = PostgresClient(PostgresConfiguration(url: url), logger: quietLogger)
                    try await client.execute(AddOne(value: 1))
                }
                try await eventually("the connections are closed") {
                    try await other.execute(OtherBackends()).isEmpty
                }
            }
        }
    }
}
