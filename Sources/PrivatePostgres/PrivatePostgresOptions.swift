/// How a private server is to run.
public struct PrivatePostgresOptions: Sendable {
    /// Also accept connections on 127.0.0.1, at a free port, with a random password. Default: the Unix socket only.
    public var listensOnTCP = false
    /// Settings of postgresql.conf by name, e.g. `["max_connections": "200"]`. They beat this module's own.
    public var settings: [String: String] = [:]
    /// The data are worth nothing after this process: no fsync, and the directory goes when the process ends without
    /// having called ``PrivatePostgres/remove()``. For tests. Default: durable, and kept.
    public var isScratch = false

    public init(listensOnTCP: Bool = false, settings: [String: String] = [:], isScratch: Bool = false) {
        self.listensOnTCP = listensOnTCP
        self.settings = settings
        self.isScratch = isScratch
    }
}

/// How a server is told to stop.
public enum ShutdownMode: Sendable {
    /// Ends all sessions, rolls back, writes a checkpoint.
    case fast
    /// Ends all processes at once. The next start recovers from the write-ahead log.
    case immediate
    /// kill -9 of the postmaster alone: what the kernel does when memory runs out.
    case kill

    var signal: ProcessSignal {
        switch self {
        case .fast: .interrupt
        case .immediate: .quit
        case .kill: .kill
        }
    }
}
