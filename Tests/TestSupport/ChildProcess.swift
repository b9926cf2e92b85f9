import Glibc
public import PrivatePostgres

/// A real program under test: started, spoken to by signals, listened to line by line.
public final class ChildProcess: Sendable {
    public let name: String
    private let process: SupervisedProcess
    private let record: OutputRecord

    fileprivate init(name: String, command: SupervisedCommand) async throws {
        self.name = name
        let record = OutputRecord()
        self.record = record
        process = try await SupervisedProcess.start(command) { line in
            record.append(line)
        } onEnd: {
            record.finish()
        }
    }

    public var processIdentifier: Int32 { process.processIdentifier }

    public var isRunning: Bool { process.isRunning }

    /// What it has written so far, both streams in the order in which we read them.
    public var output: [OutputLine] { record.lines }

    /// All it has written and will write. Ends with the program.
    public var lines: AsyncStream<OutputLine> { record.stream() }

    /// Sends a signal; `.kill` is kill -9.
    public func send(_ signal: ProcessSignal) { process.send(signal) }

    /// Waits for a line that contains `text`, be it written already or not.
    ///
    /// - Throws: ``ChildProcessError`` when the program ends without it, or does not write it in time.
    @discardableResult
    public func line(containing text: String, within limit: Duration = .seconds(30)) async throws -> OutputLine {
        try await within(limit, "the line \"\(text)\"") { [lines] in
            for await line in lines where line.text.contains(text) { return line }
            return nil
        }
    }

    /// Waits for the end of the program.
    ///
    /// - Throws: ``ChildProcessError`` when it does not end in time.
    @discardableResult
    public func waitForExit(within limit: Duration = .seconds(30)) async throws -> ProcessExit {
        try await within(limit, "its end") { [process] in try await process.waitForExit() }
    }

    /// Ends the program if it has not ended, and collects it.
    fileprivate func end() async {
        process.send(.kill)
        _ = try? await process.waitForExit()
    }

    private func within<Result: Sendable>(
        _ limit: Duration, _ what: String, _ wait: @escaping @Sendable () async throws -> Result?
    ) async throws -> Result {
        let found = Task { try await wait() }
        let alarm = Task {
            try await Task.sleep(for: limit)
            found.cancel()
            record.finish()
            process.send(.kill)
        }
        defer { alarm.cancel() }
        guard let result = try await found.value, !found.isCancelled else {
            throw ChildProcessError(program: name, waitedFor: what, output: output)
        }
        return result
    }
}

/// A program did not do what the test waited for.
public struct ChildProcessError: Error, CustomStringConvertible {
    public let program: String
    public let waitedFor: String
    public let output: [OutputLine]

    /// How many of the last lines the description shows.
    private static let linesMax = 40

    public var description: String {
        let shown = output.suffix(Self.linesMax).map(\.text).joined(separator: "\n")
        return "waited in vain for \(waitedFor) of \(program), which wrote:\n\(shown)"
    }
}

/// Starts a program of the product, lends it to `body`, and ends it by kill -9 if `body` has not.
///
/// - Parameter environment: all of it, but for `PATH` and `HOME`, which are inherited.
@discardableResult
public func withChildProcess<Result>(
    _ program: Program,
    _ arguments: [String] = [],
    environment: [String: String] = [:],
    _ body: (ChildProcess) async throws -> Result
) async throws -> Result {
    let command = SupervisedCommand(
        executable: try program.path, arguments: arguments, environment: inherited.merging(environment) { $1 },
        farewell: .kill)
    return try await withChildProcess(named: program.rawValue, command, body)
}

/// The same for any program, e.g. one that verifies signatures in another language.
@discardableResult
public func withChildProcess<Result>(
    named name: String, _ command: SupervisedCommand, _ body: (ChildProcess) async throws -> Result
) async throws -> Result {
    let child = try await ChildProcess(name: name, command: command)
    let result: Result
    do {
        result = try await body(child)
    } catch {
        await child.end()
        throw error
    }
    await child.end()
    return result
}

private var inherited: [String: String] {
    var environment: [String: String] = [:]
    for name in ["PATH", "HOME"] {
        environment[name] = getenv(name).map { String(cString: $0) }
    }
    return environment
}
