import GatewayRuntime
import Glibc
import PrivatePostgres

/// Where the two servers listen.
struct DevPorts: Sendable {
    let ingest: ListenAddress
    /// `nil`: nowhere.
    let worker: ListenAddress?
    /// What a user who expects the defaults should know.
    let remarks: [String]

    init(_ settings: DevSettings) throws {
        var remarks: [String] = []
        ingest = try settings.listen ?? Self.free(Defaults.listen, "MARTLET_LISTEN", &remarks)
        worker = try settings.workerListen ?? Self.free(Defaults.workerListen, "MARTLET_WORKER_LISTEN", &remarks)
        self.remarks = remarks
    }

    /// The default, or the same host with another port when somebody listens there already.
    private static func free(
        _ wished: ListenAddress, _ variable: String, _ remarks: inout [String]
    ) throws -> ListenAddress {
        guard isInUse(port: wished.port) else { return wished }
        let chosen = ListenAddress(host: wished.host, port: Int(try FreePort.find()))
        remarks.append("port \(wished.port) is in use: \(chosen) instead (\(variable) chooses another)")
        return chosen
    }

    /// Whether 127.0.0.1 refuses this port to a server that binds it as ours do.
    private static func isInUse(port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var yes: CInt = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<CInt>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        return result != 0 && errno == EADDRINUSE
    }
}

extension ListenAddress {
    /// Where a client on this machine finds it: "every address" is no address to connect to.
    var reachable: ListenAddress {
        switch host {
        case "0.0.0.0": ListenAddress(host: "127.0.0.1", port: port)
        case "::": ListenAddress(host: "::1", port: port)
        default: self
        }
    }
}
