import Curl
import LoopbackReceiver
import Synchronization
import Testing

struct ExchangeTests {
    let client = CurlClient.open()

    @Test func `status and body of the answer arrive`() async throws {
        let receiver = try LoopbackReceiver { _ in .respond(418, body: Array("short and stout".utf8)) }
        let (result, duration) = await client.send(HTTPRequest(url: receiver.url))
        #expect(result == .success(HTTPResponse(status: 418, body: Array("short and stout".utf8))))
        #expect(duration > .zero && duration < .patience)
    }

    @Test(arguments: [0, 1, 256, 65_536, 65_537, 200_000, 2_000_000])
    func `the bytes given are the bytes received`(count: Int) async throws {
        let receiver = try LoopbackReceiver()
        let body = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }
        let outcome = await client.outcome(of: HTTPRequest(url: receiver.url + "/a?b=c%20d", body: body))
        #expect(outcome.status == 200)
        let request = try #require(receiver.received.first)
        #expect(request.method == "POST")
        #expect(request.path == "/a?b=c%20d")
        #expect(request.header("Content-Length") == "\(count)")
        #expect(request.body == body)
    }

    @Test(arguments: ["Host", "Authorization"])
    func `what libcurl would write itself is sent once, as given`(name: String) async throws {
        let receiver = try LoopbackReceiver()
        let address = receiver.url.dropFirst("http://".count)
        let headers: [(name: String, value: String)] = [
            ("X-First", "1"), (name, "given"), ("X-Empty", ""), ("X-Last", "2"),
        ]
        let request = HTTPRequest(url: "http://user:word@\(address)", headers: headers)
        #expect(await client.outcome(of: request).status == 200)
        let received = try #require(receiver.received.first)
        #expect(received.headers.filter { $0.name == name }.map(\.value) == ["given"])
        #expect(received.headers.map(\.name).filter { $0.hasPrefix("X-") } == ["X-First", "X-Empty", "X-Last"])
    }

    @Test func `after completions comes one call for all that ended together`() async throws {
        let events = Mutex<[String]>([])
        let (called, continuation) = AsyncStream.makeStream(of: Void.self)
        let client = CurlClient.open(completionsCalled: {
            events.withLock { $0.append("called") }
            continuation.yield()
        })
        // Both fail before anything is sent, in the turn that begins with them.
        let wrong = HTTPRequest(url: "no URL")
        let completion: CurlClient.Completion = { _, _ in events.withLock { $0.append("completed") } }
        client.send([(wrong, completion), (wrong, completion)])
        var calls = called.makeAsyncIterator()
        await calls.next()
        #expect(events.withLock { $0 } == ["completed", "completed", "called"])
    }

    @Test func `headers are sent as given, and none is added but Host and Content-Length`() async throws {
        let receiver = try LoopbackReceiver()
        let headers: [(name: String, value: String)] = [
            ("Content-Type", "application/json"), ("X-Webhook-Event", "a.b"), ("X-Empty", ""),
            ("x-lower", "Grüße; q=\"1\", a:b"), ("X-Twice", "1"), ("X-Twice", "2"),
        ]
        // From 1 MiB on libcurl would ask for permission with `Expect`.
        let body = [UInt8](repeating: 0x61, count: 1_500_000)
        let outcome = await client.outcome(of: HTTPRequest(url: receiver.url, headers: headers, body: body))
        #expect(outcome.status == 200)
        let request = try #require(receiver.received.first)
        let sent = request.headers.filter { $0.name != "Host" && $0.name != "Content-Length" }
        #expect(sent.map(\.name) == headers.map(\.name))
        #expect(sent.map(\.value) == headers.map(\.value))
        #expect(request.header("Host") == "127.0.0.1:\(receiver.port)")
    }

    @Test func `Accept is sent when given`() async throws {
        let receiver = try LoopbackReceiver()
        _ = await client.outcome(of: HTTPRequest(url: receiver.url, headers: [("Accept", "application/json")]))
        #expect(receiver.received.first?.header("accept") == "application/json")
    }

    @Test(arguments: [301, 302, 303, 307, 308])
    func `a redirect is an answer and not followed`(status: Int) async throws {
        let elsewhere = try LoopbackReceiver()
        let location = elsewhere.url
        let receiver = try LoopbackReceiver { _ in .respond(status, headers: [("Location", location)]) }
        #expect(await client.outcome(of: HTTPRequest(url: receiver.url)).status == status)
        #expect(receiver.requestCount == 1)
        #expect(elsewhere.connectionCount == 0)
    }

    @Test func `a connection is used again`() async throws {
        let receiver = try LoopbackReceiver()
        for _ in 1...5 { #expect(await client.outcome(of: HTTPRequest(url: receiver.url)).status == 200) }
        #expect(receiver.requestCount == 5)
        #expect(receiver.connectionCount == 1)
    }

    @Test func `a connection that the receiver has closed is replaced`() async throws {
        let receiver = try LoopbackReceiver { _ in .respond(headers: [("Connection", "close")]) }
        for _ in 1...3 { #expect(await client.outcome(of: HTTPRequest(url: receiver.url)).status == 200) }
        #expect(receiver.connectionCount == 3)
    }

    @Test func `nothing of a request is left for the next one`() async throws {
        let receiver = try LoopbackReceiver()
        let address = "127.0.0.1:\(receiver.port)"
        let first = HTTPRequest(
            url: "http://user:word@\(address)/first", headers: [("X-First", "1")], body: Array("first".utf8))
        #expect(await client.outcome(of: first).status == 200)
        #expect(await client.outcome(of: HTTPRequest(url: "http://\(address)/second")).status == 200)
        let (one, two) = (receiver.received[0], receiver.received[1])
        #expect(one.header("Authorization") == "Basic dXNlcjp3b3Jk")
        #expect(one.connection == two.connection)
        #expect(two.path == "/second")
        #expect(two.headers.map(\.name).sorted() == ["Content-Length", "Host"])
        #expect(two.body.isEmpty)
    }

    @Test func `a chunked answer arrives whole, its trailer is ignored`() async throws {
        let receiver = try LoopbackReceiver { _ in
            .raw(
                "HTTP/1.1 503 \r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nRetry-After: 9\r\n"
                    + "HTTP/1.1 200 OK: x\r\n\r\n")
        }
        let outcome = await client.outcome(of: HTTPRequest(url: receiver.url))
        #expect(outcome == .success(HTTPResponse(status: 503, body: Array("abcde".utf8))))
    }

    @Test(arguments: [
        ("Retry-After: 120\r\n", "120"),
        ("retry-AFTER:\t Fri, 31 Dec 1999 23:59:59 GMT \r\n", "Fri, 31 Dec 1999 23:59:59 GMT"),
        ("Retry-After: 1\r\nRetry-After: 2\r\n", "2"),
        ("Retry-After:\r\n", ""),
        ("Retry-Afterwards: 1\r\nX-Retry-After: 1\r\n", nil),
        ("Retry-After: \(String(repeating: "1", count: 129))\r\n", nil),
    ])
    func `Retry-After is handed on as sent`(fields: String, value: String?) async throws {
        let receiver = try LoopbackReceiver { _ in .raw("HTTP/1.1 429 \r\n\(fields)Content-Length: 0\r\n\r\n") }
        let outcome = await client.outcome(of: HTTPRequest(url: receiver.url))
        #expect(outcome == .success(HTTPResponse(status: 429, retryAfter: value)))
    }

    @Test func `interim answers and their fields are skipped`() async throws {
        let receiver = try LoopbackReceiver { _ in
            .raw(
                "HTTP/1.1 100 Continue\r\nRetry-After: 1\r\n\r\nHTTP/1.1 103 Early Hints\r\nRetry-After: 2\r\n\r\n"
                    + "HTTP/1.1 204 No Content\r\n\r\n")
        }
        #expect(await client.outcome(of: HTTPRequest(url: receiver.url)) == .success(HTTPResponse(status: 204)))
    }

    @Test func `the duration covers the wait for the answer`() async throws {
        let receiver = try LoopbackReceiver { _ in .respond(after: .milliseconds(150)) }
        let (result, duration) = await client.send(HTTPRequest(url: receiver.url))
        #expect(result.status == 200)
        #expect(duration >= .milliseconds(150) && duration < .patience)
    }
}
