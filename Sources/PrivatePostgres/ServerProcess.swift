import Logging
import Synchronization

/// One run of the server, from start to end.
final class ServerProcess: Sendable {
    /// What the server writes when it accepts connections, in every supported version.
    private static let readyMessage = "database system is ready to accept connections"
    /// How long a fast stop may take, checkpoint included, before it becomes an immediate one.
    private static let fastStopMax = Duration.seconds(30)

    private let supervised: SupervisedProcess

    private init(_ supervised: SupervisedProcess) {
        self.supervised = supervised
    }

    /// Starts the server and waits until it accepts connections.
    static func start(
        _ command: SupervisedCommand, logger: Logger
    ) async throws(PrivatePostgresError) -> ServerProcess {
        let (readiness, ready) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingOldest(1))
        let log = LogTail()
        let supervised = try await SupervisedProcess.start(command) { line in
            log.append(line.text)
            logger.debug("postgres: \(line.text)")
            if line.text.hasSuffix(readyMessage) { ready.yield() }
        } onEnd: {
            ready.finish()
        }
        for await _ in readiness {
            return ServerProcess(supervised)
        }
        // Either the server has ended, or our caller was cancelled and wants no server.
        supervised.send(.interrupt)
        _ = try? await supervised.waitForExit()
        throw .serverDidNotStart(log: log.lines)
    }

    var processIdentifier: Int32 { supervised.processIdentifier }

    var isRunning: Bool { supervised.isRunning }

    func waitForExit() async {
        _ = try? await supervised.waitForExit()
    }

    func stop(_ mode: ShutdownMode) async {
        supervised.send(mode.signal)
        let impatience = Task {
            try await Task.sleep(for: Self.fastStopMax)
            supervised.send(.quit)
        }
        await waitForExit()
        impatience.cancel()
    }
}

/// The last lines of the server's log: they say why it did not start.
private final class LogTail: Sendable {
    private static let linesMax = 20
    private let kept = Mutex<[String]>([])

    var lines: [String] { kept.withLock { $0 } }

    func append(_ line: String) {
        kept.withLock { lines in
            lines.append(line)
            if lines.count > Self.linesMax { lines.removeFirst() }
        }
    }
}
