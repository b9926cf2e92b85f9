import Glibc

/// One connection of the load client: at most one request at a time. Confined to the client's thread.
final class LoadConnection {
    enum Reading {
        case incomplete
        case closed(wasBusy: Bool)
        case answer(status: Int, eventID: Int64)
    }

    let descriptor: CInt
    private(set) var number: Int64 = 0
    private(set) var sentAt: Int64 = 0
    private var isBusy = false
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 16_384, alignment: 1)
    private var filled = 0

    init(port: UInt16) throws {
        descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw HelperError.system("socket") }
        var on: CInt = 1
        setsockopt(descriptor, CInt(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<CInt>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = in_addr_t(INADDR_LOOPBACK).bigEndian
        let code = withUnsafePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else { throw HelperError.system("connect to 127.0.0.1:\(port)") }
    }

    deinit {
        close(descriptor)
        buffer.deallocate()
    }

    /// Writes the whole request: the socket blocks, but a request is far smaller than its buffer.
    ///
    /// - Returns: whether it was written.
    func begin(_ request: UnsafeMutableRawBufferPointer, number: Int64, at now: Int64) -> Bool {
        self.number = number
        sentAt = now
        filled = 0
        isBusy = true
        var written = 0
        while written < request.count {
            let count = send(
                descriptor, request.baseAddress.map { $0 + written }, request.count - written, CInt(MSG_NOSIGNAL))
            if count < 0 {
                isBusy = false
                return false
            }
            written += count
        }
        return true
    }

    /// Takes what has come. Called when there is something: it does not block.
    func read() -> Reading {
        let count = recv(
            descriptor, buffer.baseAddress.map { $0 + filled }, buffer.count - filled, CInt(MSG_DONTWAIT))
        guard count > 0 else {
            if count < 0, errno == EAGAIN { return .incomplete }
            return closed()
        }
        filled += count
        let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<filled])
        guard let headEnd = ByteSearch.end(of: "\r\n\r\n", in: bytes) else {
            return filled < buffer.count ? .incomplete : closed()
        }
        let head = UnsafeRawBufferPointer(rebasing: bytes[..<headEnd])
        guard let status = ByteSearch.number(after: "HTTP/1.1 ", in: head),
            let length = ByteSearch.number(after: "\r\nContent-Length: ", in: head)
                ?? ByteSearch.number(after: "\r\ncontent-length: ", in: head)
        else { return closed() }
        guard filled >= headEnd + Int(length) else { return filled < buffer.count ? .incomplete : closed() }
        let body = UnsafeRawBufferPointer(rebasing: bytes[headEnd...])
        isBusy = false
        return .answer(status: Int(status), eventID: ByteSearch.number(after: #""id":""#, in: body) ?? 0)
    }

    private func closed() -> Reading {
        defer { isBusy = false }
        shutdown(descriptor, CInt(SHUT_RDWR))
        return .closed(wasBusy: isBusy)
    }
}
