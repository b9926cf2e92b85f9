import Curl
import LoopbackReceiver
import Testing

struct ConcurrencyTests {
    @Test func `2,000 requests at once complete exactly once each`() async throws {
        let receiver = try LoopbackReceiver()
        // Keeps the test within 1,024 open files.
        let client = CurlClient.open(connectionsPerHostMax: 100)
        let completed = Tally<Int>()
        let (statuses, continuation) = AsyncStream.makeStream(of: Int?.self)
        let url = receiver.url
        await withTaskGroup { group in
            for part in 0..<4 {
                group.addTask {
                    for index in part * 500..<(part + 1) * 500 {
                        client.send(HTTPRequest(url: url, body: Array("\(index)".utf8), timeout: .patience)) {
                            result, _ in
                            completed.add(index)
                            continuation.yield(result.status)
                        }
                    }
                }
            }
        }
        var count = 0
        for await status in statuses {
            #expect(status == 200)
            count += 1
            if count == 2_000 { break }
        }
        // Any further completion would come before this returns.
        await client.shutdown()
        #expect(completed.values.sorted() == Array(0..<2_000))
        let bodies = receiver.received.map { String(decoding: $0.body, as: UTF8.self) }
        #expect(bodies.count == 2_000)
        #expect(Set(bodies).count == 2_000)
        #expect(receiver.connectionCount <= 100)
    }

    @Test func `an array of requests completes each of them`() async throws {
        let receiver = try LoopbackReceiver { .respond(Int($0.path.dropFirst()) ?? 500) }
        let client = CurlClient.open()
        let (outcomes, continuation) = AsyncStream.makeStream(of: (asked: Int, got: Int?).self)
        client.send(
            (200..<250).map { status in
                (
                    HTTPRequest(url: "\(receiver.url)/\(status)"),
                    { result, _ in continuation.yield((status, result.status)) }
                )
            })
        var asked: Set<Int> = []
        for await outcome in outcomes {
            #expect(outcome.asked == outcome.got)
            asked.insert(outcome.asked)
            if asked.count == 50 { break }
        }
    }

    @Test func `a completion may send the next request`() async throws {
        let receiver = try LoopbackReceiver()
        let client = CurlClient.open()
        let outcome = await withCheckedContinuation { continuation in
            client.send(HTTPRequest(url: receiver.url)) { _, _ in
                client.send(HTTPRequest(url: receiver.url + "/next")) { result, _ in
                    continuation.resume(returning: result)
                }
            }
        }
        #expect(outcome.status == 200)
        #expect(receiver.received.map(\.path) == ["/", "/next"])
    }

    @Test func `a hanging receiver delays nobody else`() async throws {
        let receiver = try LoopbackReceiver { $0.path == "/hang" ? .hang : .respond() }
        let client = CurlClient.open()
        for _ in 0..<100 { client.send(HTTPRequest(url: receiver.url + "/hang", timeout: .patience)) { _, _ in } }
        _ = try await receiver.requests(count: 100, within: .patience)
        let (result, duration) = await client.send(HTTPRequest(url: receiver.url + "/fast"))
        #expect(result.status == 200)
        #expect(duration < .patience)
        await client.shutdown(grace: .zero)
    }
}
