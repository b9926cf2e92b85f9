import Curl
import LoopbackReceiver
import Testing

struct LimitTests {
    let client = CurlClient.open()

    @Test(arguments: [200, 500])
    func `an endless body ends at the limit with its status`(status: Int) async throws {
        let receiver = try LoopbackReceiver { _ in .endlessBody(status: status) }
        let (result, duration) = await client.send(HTTPRequest(url: receiver.url, timeout: .patience))
        let response = try result.get()
        #expect(response.status == status)
        #expect(response.truncated)
        #expect(response.body == Array(repeating: UInt8(ascii: "x"), count: 65_536))
        #expect(duration < .patience)
    }

    @Test(arguments: [(9, false), (10, false), (11, true)])
    func `a body is truncated only beyond the limit`(count: Int, truncated: Bool) async throws {
        let body = Array(repeating: UInt8(ascii: "y"), count: count)
        let receiver = try LoopbackReceiver { _ in .respond(body: body) }
        let outcome = await client.outcome(of: HTTPRequest(url: receiver.url, responseBytesMax: 10))
        #expect(outcome == .success(HTTPResponse(status: 200, body: Array(body.prefix(10)), truncated: truncated)))
    }

    @Test func `while the memory for responses is taken, only the beginning of a body is kept`() async throws {
        let memory = ResponseMemory(bytesMax: 10_000)
        let client = CurlClient.open(responseMemory: memory)
        let body = [UInt8](repeating: UInt8(ascii: "z"), count: 6_000)
        let receiver = try LoopbackReceiver { _ in .respond(body: body) }
        let whole = try await client.outcome(of: HTTPRequest(url: receiver.url)).get()
        #expect(whole.body == body && !whole.truncated)
        let cut = try await client.outcome(of: HTTPRequest(url: receiver.url)).get()
        #expect(cut.body.count < body.count && cut.body.count >= 1_024)
        #expect(cut.truncated && cut.status == 200)
        // Read to its end all the same: the connection is used again.
        #expect(receiver.connectionCount == 1)
        #expect(memory.bytes == whole.body.count + cut.body.count)

        memory.release(whole.body.count + cut.body.count)
        #expect(try await client.outcome(of: HTTPRequest(url: receiver.url)).get().body == body)
    }

    @Test func `the memory of a response that breaks off is free again`() async throws {
        let memory = ResponseMemory(bytesMax: 10_000)
        let client = CurlClient.open(responseMemory: memory)
        let receiver = try LoopbackReceiver { _ in .drip(every: .milliseconds(10)) }
        let outcome = await client.outcome(of: HTTPRequest(url: receiver.url, timeout: .milliseconds(300)))
        #expect(outcome.failure?.kind == .timedOut)
        #expect(memory.bytes == 0)
    }

    @Test(arguments: [
        (start: "HTTP/1.1 200 OK\r\n", unit: "X-Filler: \(String(repeating: "x", count: 100))\r\n"),
        (start: "HTTP/1.1 200 OK\r\nX-One-Field: ", unit: String(repeating: "x", count: 1_024)),
        (start: "", unit: "HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n"),
        (start: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", unit: "X-Trailer: x\r\n"),
    ])
    func `a header section without end ends with an error`(start: String, unit: String) async throws {
        let receiver = try LoopbackReceiver { _ in .endless(start: Array(start.utf8), unit: Array(unit.utf8)) }
        let (result, duration) = await client.send(HTTPRequest(url: receiver.url, timeout: .patience))
        #expect(result.failure?.kind == .responseTooLarge)
        #expect(duration < .patience)
    }

    @Test(arguments: ["", "HTTP/1.1 200 OK\r\nX: ", "HTTP/1.1 200 OK\r\n\r\n"])
    func `the timeout covers the whole request, however busy it looks`(start: String) async throws {
        let receiver = try LoopbackReceiver { _ in
            start.isEmpty
                ? .hang : .dripping(start: Array(start.utf8), unit: [UInt8(ascii: "x")], interval: .milliseconds(20))
        }
        let (result, duration) = await client.send(HTTPRequest(url: receiver.url, timeout: .milliseconds(300)))
        #expect(result.failure == TransferFailure(.timedOut, "no complete answer in time"))
        #expect(duration >= .milliseconds(299) && duration < .patience)
    }

    @Test func `a timeout is no reason to wait on the same connection again`() async throws {
        let receiver = try LoopbackReceiver { $0.path == "/slow" ? .hang : .respond() }
        let slow = HTTPRequest(url: receiver.url + "/slow", timeout: .milliseconds(50))
        #expect(await client.outcome(of: slow).failure?.kind == .timedOut)
        #expect(await client.outcome(of: HTTPRequest(url: receiver.url + "/fast")).status == 200)
        #expect(receiver.connectionCount == 2)
    }

    @Test func `a full backlog ends with the connect timeout`() async throws {
        let port = try SilentPort(isFull: true)
        let request = HTTPRequest(url: port.url, timeout: .patience, connectTimeout: .milliseconds(200))
        let (result, duration) = await client.send(request)
        #expect(result.failure == TransferFailure(.timedOut, "no connection in time"))
        #expect(duration >= .milliseconds(199) && duration < .patience)
    }

    @Test func `waiting for a connection counts towards the timeout`() async throws {
        let receiver = try LoopbackReceiver { _ in .hang }
        let client = CurlClient.open(connectionsPerHostMax: 1)
        async let first = client.send(HTTPRequest(url: receiver.url, timeout: .seconds(120)))
        _ = try await receiver.requests(count: 1, within: .patience)
        let second = await client.send(HTTPRequest(url: receiver.url, timeout: .milliseconds(200)))
        #expect(second.result.failure?.kind == .timedOut)
        #expect(second.duration < .patience)
        #expect(receiver.connectionCount == 1)
        await client.shutdown(grace: .zero)
        #expect(await first.result.failure?.kind == .cancelled)
    }
}
