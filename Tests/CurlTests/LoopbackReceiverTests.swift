import Glibc
import LoopbackReceiver
import Testing

/// The receiver is what other tests believe: what they rely on and libcurl does not send is tested here byte by byte.
struct LoopbackReceiverTests {
    @Test func `pipelined requests are answered in order`() async throws {
        let receiver = try LoopbackReceiver { request in
            let body = Array(request.path.utf8)
            return request.path == "/1" ? .respond(after: .milliseconds(50), body: body) : .respond(body: body)
        }
        let answers = try exchange(
            "POST /1 HTTP/1.1\r\nContent-Length: 2\r\n\r\nabGET /2 HTTP/1.1\r\n\r\nGET /3 HTTP/1.1\r\n\r\n",
            with: receiver, until: "/3")
        #expect(
            answers == ["/1", "/2", "/3"].map { "HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\n\($0)" }.joined())
        #expect(receiver.received.map(\.method) == ["POST", "GET", "GET"])
        #expect(receiver.received.map(\.body) == [Array("ab".utf8), [], []])
        #expect(receiver.received.map(\.connection) == [1, 1, 1])
        #expect(receiver.connectionCount == 1)
    }

    @Test func `a chunked body is put together`() async throws {
        let receiver = try LoopbackReceiver()
        _ = try exchange(
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nT: u\r\n\r\n",
            with: receiver, until: "\r\n\r\n")
        #expect(receiver.received.map(\.body) == [Array("abc0123456789".utf8)])
    }

    @Test(arguments: ["\u{16}\u{3}\u{1}", "POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n"])
    func `what is not HTTP is answered with 400 and closed`(bytes: String) async throws {
        let receiver = try LoopbackReceiver()
        #expect(try exchange(bytes, with: receiver, until: nil) == "HTTP/1.1 400 \r\nContent-Length: 0\r\n\r\n")
        #expect(receiver.received.isEmpty)
    }

    @Test func `a wait ends when its time is up`() async throws {
        let receiver = try LoopbackReceiver()
        await #expect(throws: ReceiverError.timedOut(received: 0, wanted: 1)) {
            try await receiver.requests(count: 1, within: .milliseconds(30))
        }
    }

    @Test func `a wait ends when the receiver stops`() async throws {
        let receiver = try LoopbackReceiver()
        let wait = Task { try await receiver.requests(count: 1, within: .patience) }
        receiver.stop()
        await #expect(throws: ReceiverError.stopped(received: 0, wanted: 1)) { try await wait.value }
    }

    @Test func `headers are found in any case, values without spaces around`() async throws {
        let receiver = try LoopbackReceiver()
        _ = try exchange("GET / HTTP/1.1\r\nX-One:  a b \r\nx-one: c\r\n\r\n", with: receiver, until: "\r\n\r\n")
        let request = try #require(receiver.received.first)
        #expect(request.header("x-ONE") == "a b")
        #expect(request.headers.map(\.name) == ["X-One", "x-one"])
        #expect(request.header("X-Two") == nil)
    }

    /// Sends `text` over a new connection and returns what comes back: up to and including `end`, or, without one, until
    /// the receiver closes.
    private func exchange(_ text: String, with receiver: LoopbackReceiver, until end: String?) throws -> String {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = receiver.port.bigEndian
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        let connected = withUnsafePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(connected == 0)
        let bytes = Array(text.utf8)
        try #require(send(descriptor, bytes, bytes.count, CInt(MSG_NOSIGNAL)) == bytes.count)
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            let answerText = String(decoding: answer, as: UTF8.self)
            if let end, answerText.hasSuffix(end) { return answerText }
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count <= 0 { return answerText }
            answer += buffer[..<count]
        }
    }
}
