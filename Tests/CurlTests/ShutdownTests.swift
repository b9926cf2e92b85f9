import Curl
import LoopbackReceiver
import Testing

struct ShutdownTests {
    @Test func `what is in flight finishes within the grace`() async throws {
        let receiver = try LoopbackReceiver { _ in .respond(after: .milliseconds(100)) }
        let client = CurlClient.open()
        let statuses = Tally<Int?>()
        for _ in 0..<20 {
            client.send(HTTPRequest(url: receiver.url)) { result, _ in statuses.add(result.status) }
        }
        await client.shutdown(grace: .patience)
        #expect(statuses.values == Array(repeating: 200, count: 20))
        #expect(receiver.requestCount == 20)
    }

    @Test func `what outlives the grace is cancelled, once each`() async throws {
        let receiver = try LoopbackReceiver { $0.path == "/hang" ? .hang : .respond() }
        let client = CurlClient.open()
        let failures = Tally<TransferFailure.Kind?>()
        for _ in 0..<20 {
            client.send(HTTPRequest(url: receiver.url + "/hang", timeout: .patience)) { result, _ in
                failures.add(result.failure?.kind)
            }
        }
        _ = try await receiver.requests(count: 20, within: .patience)
        await client.shutdown(grace: .milliseconds(50))
        #expect(failures.values == Array(repeating: .cancelled, count: 20))
    }

    @Test func `a request after shutdown is cancelled`() async throws {
        let receiver = try LoopbackReceiver()
        let client = CurlClient.open()
        await client.shutdown()
        #expect(await client.outcome(of: HTTPRequest(url: receiver.url)).failure?.kind == .cancelled)
        #expect(receiver.connectionCount == 0)
    }

    @Test func `several shutdowns at once all return, and the shortest grace counts`() async throws {
        let receiver = try LoopbackReceiver { _ in .hang }
        let client = CurlClient.open()
        async let outcome = client.outcome(of: HTTPRequest(url: receiver.url, timeout: .seconds(300)))
        _ = try await receiver.requests(count: 1, within: .patience)
        await withTaskGroup { group in
            group.addTask { await client.shutdown(grace: .seconds(300)) }
            group.addTask { await client.shutdown(grace: .zero) }
            group.addTask { await client.shutdown(grace: .seconds(100)) }
        }
        #expect(await outcome.failure?.kind == .cancelled)
    }

    @Test func `a client that is let go completes its requests`() async throws {
        let receiver = try LoopbackReceiver { _ in .hang }
        let (kinds, continuation) = AsyncStream.makeStream(of: TransferFailure.Kind?.self)
        do {
            let client = CurlClient.open()
            client.send(HTTPRequest(url: receiver.url, timeout: .seconds(300))) { result, _ in
                continuation.yield(result.failure?.kind)
            }
        }
        for await kind in kinds {
            #expect(kind == .cancelled)
            break
        }
    }
}
