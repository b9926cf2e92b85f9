import Glibc

/// A port of 127.0.0.1 where nobody answers: connections are refused, or, when it `isFull`, not even that.
final class SilentPort: Sendable {
    let port: UInt16
    private let descriptors: [CInt]

    struct SystemError: Error { let number = errno }

    init(isFull: Bool) throws {
        var descriptors = [socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)]
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = Self.with(&address) {
            bind(descriptors[0], $0, size) == 0 && getsockname(descriptors[0], $0, &size) == 0
        }
        guard bound else { throw SystemError() }
        if isFull {
            // Linux holds one connection more than the backlog says; those beyond get no answer to their SYN.
            guard listen(descriptors[0], 0) == 0 else { throw SystemError() }
            for _ in 0..<3 {
                let filler = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue), 0)
                _ = Self.with(&address) { connect(filler, $0, size) }
                descriptors.append(filler)
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        self.descriptors = descriptors
    }

    deinit {
        for descriptor in descriptors { close(descriptor) }
    }

    var url: String { "http://127.0.0.1:\(port)/" }

    private static func with<T>(_ address: inout sockaddr_in, _ body: (UnsafeMutablePointer<sockaddr>) -> T) -> T {
        withUnsafeMutablePointer(to: &address) { $0.withMemoryRebound(to: sockaddr.self, capacity: 1, body) }
    }
}
