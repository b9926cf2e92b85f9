import Dispatch
import Glibc

/// One HTTP/1.1 connection to 127.0.0.1 for one request after the other.
///
/// Written here because nothing else in the package speaks every method: the gateway itself only sends POST.
final class HTTPConnection: Sendable {
    private let descriptor: CInt

    /// The server may be silent for this long: a test call waits for its receiver.
    private static let patienceSeconds = 40

    private init(descriptor: CInt) {
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    static func open(port: Int) throws -> HTTPConnection {
        let connection = HTTPConnection(descriptor: socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0))
        try connection.connect(to: port)
        return connection
    }

    private func connect(to port: Int) throws {
        guard descriptor >= 0 else { throw HTTPConnectionError(call: "socket", code: errno) }
        var limit = timeval(tv_sec: Self.patienceSeconds, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else { throw HTTPConnectionError(call: "connect", code: errno) }
    }

    /// Sends one request and reads its answer. Blocks, so it runs on a thread of its own, never on Swift's.
    ///
    /// - Parameter hasBody: false for the answer to HEAD.
    func send(_ request: [UInt8], hasBody: Bool = true) async throws -> Answer {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(
                    with: Result {
                        try self.write(request)
                        return try self.readAnswer(hasBody: hasBody)
                    })
            }
        }
    }

    private func write(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
            guard count > 0 else { throw HTTPConnectionError(call: "send", code: errno) }
            rest = rest.dropFirst(count)
        }
    }

    private func readAnswer(hasBody: Bool) throws -> Answer {
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            if let answer = try Answer(parsing: received, hasBody: hasBody) { return answer }
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else {
                throw HTTPConnectionError(call: "recv after \(received.count) bytes", code: count == 0 ? 0 : errno)
            }
            received += buffer.prefix(count)
        }
    }
}

/// No answer: the outcome of the request is unknown.
public struct HTTPConnectionError: Error, CustomStringConvertible {
    public let call: String
    /// An `errno`; 0 when the other side ended the connection in order.
    public let code: CInt

    public var description: String {
        "\(call): \(code == 0 ? "the connection was closed" : String(cString: strerror(code)))"
    }
}

extension Answer {
    /// `nil`: more has to come. The gateway's answers all carry `Content-Length`, or have no body; CSV files come otherwise.
    fileprivate init?(parsing bytes: [UInt8], hasBody: Bool) throws {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
        guard let status = lines.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
            throw HTTPConnectionError(call: "an answer that is no HTTP", code: 0)
        }
        let headers = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            return (name: String(parts[0]), value: String(parts.last?.drop { $0 == " " } ?? ""))
        }
        let said = headers.first { $0.name.lowercased() == "content-length" }.flatMap { Int($0.value) } ?? 0
        let length = hasBody && status != 304 ? said : 0
        let body = bytes[end.upperBound...]
        guard body.count >= length else { return nil }
        self.init(status: status, headers: headers, body: Array(body.prefix(length)))
    }
}
