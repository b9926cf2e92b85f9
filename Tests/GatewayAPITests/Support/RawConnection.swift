import Dispatch
import Glibc

/// One HTTP/1.1 connection, byte by byte: so that a test can send what no HTTP library would.
///
/// Sockets block; so they are used on threads of their own, never on Swift's.
final class RawConnection: Sendable {
    private let descriptor: CInt
    /// One may send while the other waits for an answer.
    private let sending = DispatchQueue(label: "raw-connection-sending")
    private let receiving = DispatchQueue(label: "raw-connection-receiving")

    /// - Parameter patience: how long the other side may be silent.
    init(port: Int, patience: Duration = .seconds(20)) throws {
        descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw RawConnectionError(call: "socket", code: errno) }
        var limit = timeval(tv_sec: Int(patience.components.seconds), tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port)).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else {
            let code = errno
            close(descriptor)
            throw RawConnectionError(call: "connect", code: code)
        }
    }

    deinit { close(descriptor) }

    /// Sends all of `bytes`.
    func send(_ bytes: [UInt8]) async throws {
        try await on(sending) { [descriptor] in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes {
                    Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
                }
                guard count > 0 else { throw RawConnectionError(call: "send", code: errno) }
                rest = rest.dropFirst(count)
            }
        }
    }

    func send(_ text: String) async throws {
        try await send(Array(text.utf8))
    }

    /// No more will be sent.
    func finishSending() {
        shutdown(descriptor, CInt(SHUT_WR))
    }

    /// Reads one answer.
    ///
    /// - Parameter hasBody: false for the answer to HEAD.
    func answer(hasBody: Bool = true) async throws -> Answer {
        try await on(receiving) { [descriptor] in
            var received: [UInt8] = []
            while true {
                if let answer = try Self.parse(received, hasBody: hasBody) { return answer }
                guard let more = try Self.receive(descriptor) else {
                    throw RawConnectionError(call: "recv: the connection ended after \(received.count) bytes", code: 0)
                }
                received += more
            }
        }
    }

    /// Waits for the other side to close the connection; what it still sends is thrown away.
    func waitForEnd() async throws {
        try await on(receiving) { [descriptor] in
            while try Self.receive(descriptor) != nil {}
        }
    }

    /// `nil`: the connection has ended, in order or by a reset.
    private static func receive(_ descriptor: CInt) throws -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        if count == 0 || (count < 0 && errno == ECONNRESET) { return nil }
        guard count > 0 else { throw RawConnectionError(call: "recv", code: errno) }
        return Array(buffer.prefix(count))
    }

    /// `nil`: more has to come.
    private static func parse(_ bytes: [UInt8], hasBody: Bool) throws -> Answer? {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
        let status = lines.first.flatMap { Int($0.split(separator: " ").dropFirst().first ?? "") }
        guard let status else { throw RawConnectionError(call: "an answer that is no HTTP", code: 0) }
        let headers = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            return (name: String(parts[0]), value: String(parts.last?.drop { $0 == " " } ?? ""))
        }
        let length = headers.first { $0.name.lowercased() == "content-length" }.flatMap { Int($0.value) } ?? 0
        let body = bytes[end.upperBound...]
        guard hasBody else { return Answer(status: status, headers: headers, body: []) }
        guard body.count >= length else { return nil }
        return Answer(status: status, headers: headers, body: Array(body.prefix(length)))
    }

    private func on<Result: Sendable>(
        _ thread: DispatchQueue, _ work: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            thread.async { continuation.resume(with: Swift.Result(catching: work)) }
        }
    }
}

struct RawConnectionError: Error, CustomStringConvertible {
    let call: String
    let code: CInt

    var description: String { "\(call): \(String(cString: strerror(code)))" }
}
