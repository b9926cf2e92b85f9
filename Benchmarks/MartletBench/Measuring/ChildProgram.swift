import Glibc
import PrivatePostgres
import Synchronization

/// A process of the benchmark: a program of the gateway, or this program in another part.
final class ChildProgram: Sendable {
    let name: String
    private let process: SupervisedProcess
    private let lines: AsyncStream<String>
    private let tail: LineTail

    private init(name: String, process: SupervisedProcess, lines: AsyncStream<String>, tail: LineTail) {
        self.name = name
        self.process = process
        self.lines = lines
        self.tail = tail
    }

    var processIdentifier: Int32 { process.processIdentifier }

    /// - Parameter environment: all of it, but for `PATH` and `HOME`, which are inherited.
    static func start(
        _ name: String, executable: String, arguments: [String] = [], environment: [String: String] = [:]
    ) async throws -> ChildProgram {
        let (lines, line) = AsyncStream<String>.makeStream()
        let tail = LineTail()
        var variables = environment
        for name in ["PATH", "HOME"] { variables[name] = getenv(name).map { String(cString: $0) } }
        let process = try await SupervisedProcess.start(
            SupervisedCommand(executable: executable, arguments: arguments, environment: variables, farewell: .kill)
        ) { output in
            tail.append(output.text)
            line.yield(output.text)
        } onEnd: {
            line.finish()
        }
        return ChildProgram(name: name, process: process, lines: lines, tail: tail)
    }

    /// The rest of the first line that contains `mark`, from behind it on.
    ///
    /// - Throws: when the program ends without it. A program that hangs is the operator's to interrupt.
    func rest(ofLineWith mark: String) async throws -> String {
        for await line in lines {
            if let found = line.firstRange(of: mark) { return String(line[found.upperBound...]) }
        }
        throw failure("ended before it wrote \"\(mark)\"")
    }

    /// The port in the line that says where it listens.
    func listeningPort() async throws -> UInt16 {
        let address = try await rest(ofLineWith: "listening on ")
        guard let colon = address.firstIndex(of: ":"),
            let port = UInt16(address[address.index(after: colon)...].prefix { $0.isNumber })
        else { throw failure("listens on \(address)") }
        return port
    }

    /// Waits for the end of a part that has a summary.
    func summary() async throws -> Summary {
        var found: Summary?
        for await line in lines { found = Summary(line: line) ?? found }
        let exit = try await process.waitForExit()
        guard let found, exit == .exited(0) else { throw failure("ended with \(exit)") }
        return found
    }

    /// Waits until it ends by itself, with 0.
    func waitForSuccess() async throws {
        let exit = try await process.waitForExit()
        guard exit == .exited(0) else { throw failure("ended with \(exit)") }
    }

    /// SIGTERM. Returns when it has gone.
    func stop() async {
        process.send(.terminate)
        _ = try? await process.waitForExit()
    }

    private func failure(_ what: String) -> HelperError {
        HelperError((["\(name) \(what):"] + tail.lines).joined(separator: "\n  "))
    }
}

/// The last lines of a program: they say why it ended.
private final class LineTail: Sendable {
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
