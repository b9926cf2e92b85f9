import PrivatePostgres
import Synchronization
import Testing

@testable import TestSupport

struct TestServerTests {
    @Test func `a template is prepared once, and every test has a copy of its own`() async throws {
        let counter = Counter()
        let template = DatabaseTemplate(name: "counted") { _ in counter.count.withLock { $0 += 1 } }
        let urls = try await withThrowingTaskGroup(of: String.self, returning: Set<String>.self) { group in
            for _ in 1...4 {
                group.addTask { try await withDatabase(template: template) { $0 } }
            }
            return try await group.reduce(into: []) { $0.insert($1) }
        }
        #expect(urls.count == 4)
        #expect(counter.count.withLock { $0 } == 1)
    }

    @Test func `a failing test loses neither its error nor the server`() async throws {
        struct Failure: Error {}
        await #expect(throws: Failure.self) {
            try await withDatabase { _ in throw Failure() }
        }
    }

    @Test func `a dedicated server is gone afterwards`() async throws {
        let server = try await withDedicatedServer { server in
            try await server.restart(.immediate)
            #expect(await server.isRunning)
            return server
        }
        #expect(await !server.isRunning)
    }
}

private final class Counter: Sendable {
    let count = Mutex(0)
}
