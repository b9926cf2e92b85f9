import Glibc
internal import Subprocess
import Synchronization

/// A child process that cannot outlive this one.
///
/// The kernel's own means, `PR_SET_PDEATHSIG`, follows the thread that started the child, and Swift's threads come and
/// go. So a small shell stands between: it starts the program, relays our signals, and reads a pipe that only we hold
/// open. When we die, however that happens, the pipe closes and the shell ends the program.
///
/// The program runs in a session of its own: a Ctrl-C at the terminal reaches this process alone, which decides in
/// which order its children stop. A program that closes both its outputs is taken to have ended.
public final class SupervisedProcess: Sendable {
    /// The process id of the program itself, not of the shell. It stays reserved until ``waitForExit()`` returns.
    public let processIdentifier: Int32

    private let orders: AsyncStream<String>.Continuation
    private let ended: Task<ProcessExit, any Error>
    private let life: Life

    /// Outlives the handle: the task that watches the program writes to it.
    private final class Life: Sendable {
        let isOver = Atomic(false)
    }

    private init(
        processIdentifier: Int32,
        orders: AsyncStream<String>.Continuation,
        ended: Task<ProcessExit, any Error>,
        life: Life
    ) {
        self.processIdentifier = processIdentifier
        self.orders = orders
        self.ended = ended
        self.life = life
    }

    deinit { orders.finish() }

    /// Starts `command`; returns as soon as its process exists.
    ///
    /// When the last reference to the handle is gone, the program gets the command's farewell.
    ///
    /// - Parameters:
    ///   - onLine: called for every line of output, one call at a time, before ``waitForExit()`` returns.
    ///   - onEnd: called once, after the last line.
    /// A program that does not exist or may not be run is a program that ends: with 127 or 126, as in a shell.
    ///
    /// - Throws: ``PrivatePostgresError/cannotRun(program:reason:)`` when no process could be made.
    public static func start(
        _ command: SupervisedCommand,
        onLine: @escaping @Sendable (OutputLine) -> Void,
        onEnd: @escaping @Sendable () -> Void = {}
    ) async throws(PrivatePostgresError) -> SupervisedProcess {
        // Writing an order to a shell that was killed must be an error, not our death.
        signal(SIGPIPE, SIG_IGN)
        let (identifiers, identifier) = AsyncStream<Int32>.makeStream()
        let (orders, order) = AsyncStream<String>.makeStream()
        let lines = Mutex(onLine)
        let life = Life()
        let ended = Task<ProcessExit, any Error> {
            defer {
                life.isOver.store(true, ordering: .releasing)
                identifier.finish()
                onEnd()
            }
            return try await run(command, orders: orders) { processIdentifier in
                identifier.yield(processIdentifier)
            } onLine: { line in
                // Two streams, one caller: their lines do not overlap.
                lines.withLock { $0(line) }
            }
        }
        for await processIdentifier in identifiers {
            return SupervisedProcess(processIdentifier: processIdentifier, orders: order, ended: ended, life: life)
        }
        order.finish()
        switch await ended.result {
        case .success(let exit):
            throw .cannotRun(program: command.executable, reason: "it ended before it began: \(exit)")
        case .failure(let error):
            throw .cannotRun(program: command.executable, reason: "\(error)")
        }
    }

    /// Whether the program, as far as we know yet, is alive.
    public var isRunning: Bool { !life.isOver.load(ordering: .acquiring) }

    /// Sends a signal to the program. After its end this does nothing.
    public func send(_ signal: ProcessSignal) {
        orders.yield(signal.rawValue)
    }

    /// Waits for the end of the program and of whatever else holds its output open.
    public func waitForExit() async throws -> ProcessExit {
        try await ended.value
    }

    /// Runs the shell from start to end.
    private static func run(
        _ command: SupervisedCommand,
        orders: AsyncStream<String>,
        onStart: @escaping @Sendable (Int32) -> Void,
        onLine: @escaping @Sendable (OutputLine) -> Void
    ) async throws -> ProcessExit {
        let result = try await Subprocess.run(
            command.configuration, input: .inputWriter, output: .sequence, error: .sequence
        ) { shell in
            let relay = Task {
                for await order in orders {
                    _ = try await shell.standardInputWriter.write("\(order)\n")
                }
                guard !Task.isCancelled else { return }
                // Nobody refers to the process any more: this ends it, as our death would.
                try await shell.standardInputWriter.finish()
            }
            try await withThrowingDiscardingTaskGroup { group in
                group.addTask {
                    for try await text in lines(of: shell.standardError) {
                        onLine(OutputLine(stream: .standardError, text: text))
                    }
                }
                group.addTask {
                    var isFirst = true
                    for try await text in lines(of: shell.standardOutput) {
                        if isFirst, let processIdentifier = Int32(text) {
                            onStart(processIdentifier)
                        } else {
                            onLine(OutputLine(stream: .standardOutput, text: text))
                        }
                        isFirst = false
                    }
                }
            }
            relay.cancel()
            // The relay is over before the last order is written, or this order could overtake another.
            _ = await relay.result
            _ = try? await shell.standardInputWriter.write("\(SupervisorScript.release)\n")
        }
        return ProcessExit(result.terminationStatus)
    }

    private static func lines(of output: SubprocessOutputSequence) -> SubprocessOutputSequence.StringSequence<UTF8> {
        output.strings(separatedBy: .unicodeScalarSequence(["\n"]), bufferingPolicy: .unbounded)
    }
}

/// One line that a supervised program wrote, without its line break.
public struct OutputLine: Sendable, Equatable {
    /// Where the program wrote it.
    public enum Stream: Sendable { case standardOutput, standardError }

    public let stream: Stream
    public let text: String
}
