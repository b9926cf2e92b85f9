import GatewayRuntime
import Glibc
import PrivatePostgres
import Synchronization

/// One of the two servers, as a child that does not outlive us.
final class ChildServer: Sendable {
    let program: String
    private let process: SupervisedProcess
    private let tail: LogTail
    private let readiness: AsyncStream<Void>
    private let end: AsyncStream<Void>

    /// How long a server may take to become ready.
    private static let startMax: Duration = .seconds(30)
    /// What a server that is told to stop gets on top of its own grace.
    private static let stopSlack: Duration = .seconds(5)

    private init(
        program: String, process: SupervisedProcess, tail: LogTail, readiness: AsyncStream<Void>,
        end: AsyncStream<Void>
    ) {
        self.program = program
        self.process = process
        self.tail = tail
        self.readiness = readiness
        self.end = end
    }

    /// Starts the program of that name that lies beside this one, and returns at once.
    ///
    /// - Parameter readyMessage: how the line begins by which it says that it is ready.
    static func start(
        _ program: String, environment: [String: String], readyMessage: String, log: ChildLog
    ) async throws -> ChildServer {
        let tail = LogTail()
        let (readiness, ready) = AsyncStream<Void>.makeStream()
        let (end, ended) = AsyncStream<Void>.makeStream()
        let command = SupervisedCommand(executable: try path(of: program), environment: environment)
        let process = try await SupervisedProcess.start(command) { output in
            let line = ChildLogLine(output.text)
            tail.append(line.text)
            log.show(line, of: program)
            if line.message.hasPrefix(readyMessage) { ready.yield() }
        }
        Task {
            _ = try? await process.waitForExit()
            ready.finish()
            ended.finish()
        }
        return ChildServer(program: program, process: process, tail: tail, readiness: readiness, end: end)
    }

    /// - Throws: when the program ends, or takes too long.
    func waitUntilReady() async throws {
        let isReady = try await within(Self.startMax, "\(program) did not become ready") { [readiness] in
            for await _ in readiness { return true }
            return false
        }
        try Task.checkCancellation()
        guard isReady else { throw await failure("ended before it was ready") }
    }

    /// Returns when the task is cancelled.
    ///
    /// - Throws: when the program ends.
    func watch() async throws {
        for await _ in end {}
        guard !Task.isCancelled else { return }
        throw await failure("ended")
    }

    /// SIGTERM; SIGKILL for what still runs after its grace. Returns when it has gone.
    func stop(grace: Duration) async {
        process.send(.terminate)
        let impatience = Task { [process] in
            try await Task.sleep(for: grace + Self.stopSlack)
            process.send(.kill)
        }
        _ = try? await process.waitForExit()
        impatience.cancel()
    }

    private func failure(_ what: String) async -> CommandError {
        let exit = (try? await process.waitForExit()).map { " with \($0)" } ?? ""
        return CommandError((["\(program) \(what)\(exit):"] + tail.lines).joined(separator: "\n  "))
    }

    private static func path(of program: String) throws -> String {
        guard let this = realpath("/proc/self/exe", nil) else {
            throw CommandError("cannot find this program's own directory: \(String(cString: strerror(errno)))")
        }
        defer { free(this) }
        let directory = String(cString: this).split(separator: "/").dropLast().joined(separator: "/")
        let path = "/\(directory)/\(program)"
        guard access(path, X_OK) == 0 else { throw CommandError("\(path) is missing: build it with `make build`") }
        return path
    }
}

/// The last lines of a program: they say why it ended.
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
