import Glibc
import Postgres
import Testing
import TestSupport

/// Tasks that prefer the client's thread.
struct ExecutorTests {
    @Test func `what follows from an answer stays on one thread`() async throws {
        try await withClient { client in
            let threads = try await withTaskExecutorPreference(client.executor) {
                try await withThrowingTaskGroup(of: Set<pthread_t>.self) { group in
                    for caller in 0..<8 {
                        group.addTask {
                            var threads: Set<pthread_t> = [pthread_self()]
                            for round in 0..<20 {
                                let value = Int64(caller * 100 + round)
                                let answer = try await client.execute(AddOne(value: value))
                                #expect(answer == [value + 1])
                                threads.insert(pthread_self())
                            }
                            return threads
                        }
                    }
                    return try await group.reduce(into: Set<pthread_t>()) { $0.formUnion($1) }
                }
            }
            #expect(threads.count == 1)
        }
    }

    @Test func `a task comes to its end after the client has shut down`() async throws {
        try await withClient { client in
            await withTaskExecutorPreference(client.executor) {
                await client.shutdown()
                let error = await postgresError { try await client.execute(AddOne(value: 1)) }
                #expect(error == .shutdown)
                await Task.yield()
            }
        }
    }
}
