import Glibc
public import Logging

/// A PostgreSQL server of our own: in a directory of ours, at a socket of ours, gone when we are gone.
///
/// `martlet dev` keeps its data with one, and the tests run against one. It uses the programs of an installed
/// PostgreSQL, and nothing of a server that the system may run.
///
/// ``start()``, ``stop(_:)``, ``restart(_:)`` and ``remove()`` are for one caller at a time: each waits for processes,
/// and another would find the server half-way.
public actor PrivatePostgres {
    /// The superuser. Over the Unix socket it needs no password: nobody else can enter the socket's directory.
    public static let user = "postgres"

    /// The resolved directory of data and socket.
    public nonisolated let directory: String
    public nonisolated let binaries: PostgresBinaries

    private nonisolated let socketDirectory: String
    private nonisolated let port: UInt16
    /// `nil` when the server does not listen on TCP.
    private nonisolated let tcpPassword: String?

    private let cluster: ServerCluster
    private let options: PrivatePostgresOptions
    private let logger: Logger
    /// Held while the server runs.
    private var lock: OwnerLock?
    private var process: ServerProcess?

    /// Starts a server in `directory`, which is made where missing and whose data are used again where present.
    ///
    /// Returns when the server accepts connections, however long it has to recover after a crash.
    ///
    /// - Parameter directory: the server's own: it must not hold anything else.
    /// - Throws: ``PrivatePostgresError/directoryInUse(_:)`` while another process runs a server there. A server that
    ///   lost its owner is stopped and started again.
    public static func start(
        in directory: String, options: PrivatePostgresOptions = .init(), logger: Logger
    ) async throws(PrivatePostgresError) -> PrivatePostgres {
        let place = try ServerDirectory.prepare(at: directory, account: .unprivileged())
        let lock = try OwnerLock(place)
        let binaries = try await PostgresBinaries.find(majorVersion: place.majorVersion)
        let cluster = ServerCluster(directory: place, binaries: binaries)
        try await SurvivingServer.end(in: place, binaries: binaries)
        try await cluster.initializeIfNew(isDurable: !options.isScratch)
        let server = PrivatePostgres(
            cluster: cluster,
            options: options,
            logger: logger,
            lock: lock,
            port: options.listensOnTCP ? try FreePort.find() : ServerDirectory.portWithoutTCP,
            tcpPassword: options.listensOnTCP ? try cluster.password() : nil)
        try await server.start()
        return server
    }

    private init(
        cluster: ServerCluster,
        options: PrivatePostgresOptions,
        logger: Logger,
        lock: OwnerLock,
        port: UInt16,
        tcpPassword: String?
    ) {
        self.cluster = cluster
        self.options = options
        self.logger = logger
        self.lock = lock
        self.port = port
        self.tcpPassword = tcpPassword
        directory = cluster.directory.path
        socketDirectory = cluster.directory.socketDirectory
        binaries = cluster.binaries
    }

    /// Whether the server runs. It may have ended without being told to.
    public var isRunning: Bool { process?.isRunning ?? false }

    /// The postmaster's process id, or `nil` while the server is stopped.
    public var processIdentifier: Int32? { isRunning ? process?.processIdentifier : nil }

    /// A libpq URI over the Unix socket. It holds no secret.
    public nonisolated func url(database: String = PrivatePostgres.user) -> String {
        "postgresql://\(Self.user)@/\(Text.percentEncoded(database))"
            + "?host=\(Text.percentEncoded(socketDirectory))&port=\(port)"
    }

    /// A libpq URI over TCP with the password in it, or `nil` unless ``PrivatePostgresOptions/listensOnTCP`` is set.
    public nonisolated func tcpURL(database: String = PrivatePostgres.user) -> String? {
        tcpPassword.map { "postgresql://\(Self.user):\($0)@127.0.0.1:\(port)/\(Text.percentEncoded(database))" }
    }

    /// Creates and drops databases here.
    public nonisolated var databases: DatabaseCommands {
        DatabaseCommands(server: url(), programs: binaries.directory)
    }

    /// Starts the server again, at the same socket and port; does nothing while it runs.
    public func start() async throws(PrivatePostgresError) {
        guard !isRunning else { return }
        if lock == nil { lock = try OwnerLock(cluster.directory) }
        try await SurvivingServer.end(in: cluster.directory, binaries: binaries)
        process = try await ServerProcess.start(cluster.command(options: options, port: port), logger: logger)
    }

    /// Stops the server; returns when every process of it has gone.
    ///
    /// The directory is then free for another owner. A fast stop that takes longer than 30 s becomes an immediate one;
    /// neither loses what is committed.
    public func stop(_ mode: ShutdownMode = .fast) async {
        await process?.stop(mode)
        process = nil
        lock = nil
    }

    /// Stops the server and starts it again, at the same socket and port.
    public func restart(_ mode: ShutdownMode = .fast) async throws(PrivatePostgresError) {
        await stop(mode)
        try await start()
    }

    /// Stops the server and deletes its directory with everything in it.
    public func remove() async throws(PrivatePostgresError) {
        await stop(.immediate)
        try await cluster.remove()
    }
}
