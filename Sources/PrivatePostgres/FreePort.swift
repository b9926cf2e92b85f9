import Glibc

/// Finds a TCP port of 127.0.0.1 that nobody uses.
public enum FreePort {
    /// A port that was free a moment ago: the kernel does not give it to others soon, but nothing reserves it.
    public static func find() throws(PrivatePostgresError) -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw .system("127.0.0.1") }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, length) == 0 && getsockname(descriptor, generic, &length) == 0
            }
        }
        guard isBound else { throw .system("127.0.0.1") }
        return UInt16(bigEndian: address.sin_port)
    }
}
