import Glibc
import PrivatePostgres
import TestSupport

/// Programs that were not written here.
public enum Foreign {
    /// Runs Python with the packages of `VerifierEnvironment`. The lines that the program writes.
    @discardableResult
    public static func python(
        _ program: String, _ arguments: [String] = [], environment: [String: String] = [:]
    ) async throws -> [String] {
        try await run(VerifierEnvironment.python(), ["-c", program] + arguments, environment: environment)
    }

    /// Runs the Node.js that Playwright brings along.
    @discardableResult
    public static func node(_ program: String, _ arguments: [String]) async throws -> [String] {
        let found = try await python(
            "import os, playwright; print(os.path.join(os.path.dirname(playwright.__file__), 'driver', 'node'))")
        return try await run(found.last ?? "", ["-e", program, "--"] + arguments)
    }

    /// The lines that a program writes before it ends with success.
    ///
    /// - Parameter executable: a path, or a name on `PATH`.
    @discardableResult
    public static func run(
        _ executable: String, _ arguments: [String], environment more: [String: String] = [:]
    ) async throws -> [String] {
        let isPath = executable.contains("/")
        var environment = more
        for name in ["PATH", "HOME"] { environment[name] = getenv(name).map { String(cString: $0) } }
        let command = SupervisedCommand(
            executable: isPath ? executable : "/usr/bin/env", arguments: isPath ? arguments : [executable] + arguments,
            environment: environment)
        return try await withChildProcess(named: executable, command) { child in
            let exit = try await child.waitForExit(within: .seconds(120))
            let output = child.output.map(\.text)
            guard exit == .exited(0) else { throw ForeignFailure(output: output + ["\(exit)"]) }
            return output
        }
    }
}

public struct ForeignFailure: Error, CustomStringConvertible {
    public let output: [String]

    public var description: String { "a program failed: \(output.joined(separator: "\n"))" }
}
