import Curl
import Glibc
import LoopbackReceiver
import Testing

struct FailureTests {
    let client = CurlClient.open()

    @Test func `a refused connection is named so`() async throws {
        let failure = await client.outcome(of: HTTPRequest(url: try SilentPort(isFull: false).url)).failure
        #expect(failure?.kind == .connectFailed)
    }

    @Test func `a host without address is named so`() async throws {
        // A label of more than 63 bytes fails without asking a name server.
        let host = String(repeating: "a", count: 64) + ".example"
        let failure = await client.outcome(of: HTTPRequest(url: "http://\(host)/")).failure
        #expect(failure?.kind == .resolveFailed)
    }

    @Test(arguments: [
        "", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-", "HTTP/1.1 200 OK\r\nX: y\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ])
    func `an answer that breaks off is no answer`(text: String) async throws {
        let receiver = try LoopbackReceiver { _ in .raw(text) }
        #expect(await client.outcome(of: HTTPRequest(url: receiver.url)).failure?.kind == .connectionClosed)
    }

    @Test(arguments: [
        "SSH-2.0-OpenSSH_9.2\r\n", "\r\n\r\n", "<html>hello</html>",
        "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
    ])
    func `an answer that is not HTTP is named so`(text: String) async throws {
        let receiver = try LoopbackReceiver { _ in .raw(text) }
        #expect(await client.outcome(of: HTTPRequest(url: receiver.url)).failure?.kind == .protocolError)
    }

    @Test(arguments: [
        "file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "127.0.0.1", "", "http:/127.0.0.1", "http://",
        "http://127.0.0.1:99999/", "http://127.0.0.1/a b", "http://127.0.0.1/\r\nX: y", "http://127.0.0.1\0.example/",
    ])
    func `what is no absolute http or https URL is refused`(url: String) async {
        #expect(await client.outcome(of: HTTPRequest(url: url)).failure?.kind == .invalidURL)
    }

    @Test(arguments: [
        ("X", "a\r\nY: b"), ("X", "a\n"), ("X", "a\0b"), ("X: y\r\nZ", "a"), ("", "a"), ("X Y", "a"), ("X:", "a"),
        ("Content-Length", "1"), ("transfer-encoding", "chunked"), ("EXPECT", "100-continue"),
    ])
    func `a header that must not be sent is refused`(name: String, value: String) async throws {
        let receiver = try LoopbackReceiver()
        let failure = await client.outcome(of: HTTPRequest(url: receiver.url, headers: [(name, value)])).failure
        #expect(failure?.kind == .invalidRequest)
        #expect(failure?.message.contains("Y: b") == false)
        #expect(receiver.connectionCount == 0)
    }

    @Test func `the client goes on after a failure`() async throws {
        let receiver = try LoopbackReceiver { _ in .respond(201) }
        #expect(await client.outcome(of: HTTPRequest(url: "nonsense")).failure?.kind == .invalidURL)
        #expect(await client.outcome(of: HTTPRequest(url: receiver.url)).status == 201)
    }

    @Test func `messages hold no path, query, credentials or header values`() async throws {
        let silent = try SilentPort(isFull: false)
        let receiver = try LoopbackReceiver { _ in .raw("nonsense tellnobody\r\n") }
        let hosts = [
            "127.0.0.1:\(silent.port)", "127.0.0.1:\(receiver.port)", String(repeating: "a", count: 64), "a b", "",
        ]
        for scheme in ["http", "https", "file"] {
            for host in hosts {
                let request = HTTPRequest(
                    url: "\(scheme)://user:tellnobody@\(host)/tellnobody?tellnobody#tellnobody",
                    headers: [("X-Secret", "tellnobody")], body: Array("tellnobody".utf8))
                let failure = try #require(await client.outcome(of: request).failure)
                #expect(!failure.message.isEmpty)
                #expect(!failure.description.contains("tellnobody"))
            }
        }
    }

    @Test func `a proxy in the environment is not used`() async {
        // In a process of its own: changing the environment is not safe beside other threads.
        await #expect(processExitsWith: .success) {
            let proxy = try LoopbackReceiver { _ in .respond(502) }
            for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] { setenv(name, proxy.url, 1) }
            let receiver = try LoopbackReceiver()
            let outcome = await CurlClient.open().outcome(of: HTTPRequest(url: receiver.url))
            #expect(outcome.status == 200)
            #expect(proxy.connectionCount == 0)
            #expect(receiver.requestCount == 1)
            if outcome.status != 200 || proxy.connectionCount != 0 { exit(1) }
        }
    }
}
