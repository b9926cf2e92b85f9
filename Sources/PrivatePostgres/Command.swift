internal import Subprocess

/// Runs a short program to its end.
enum Command {
    /// The most that is kept of a program's output, in bytes.
    private static let outputBytesMax = 1_048_576

    /// What the program wrote to its standard output, without the last line break.
    ///
    /// - Parameters:
    ///   - account: as whom; `nil` means as this process's user.
    ///   - environment: the whole environment beyond `PATH`. Nothing else is inherited: a stray `PGPORT` or
    ///     `PGSERVICE` would lead the programs of PostgreSQL to another server.
    /// - Throws: ``PrivatePostgresError/failed(program:exit:output:)`` unless it ended with 0.
    @discardableResult
    static func output(
        of executable: Executable,
        _ arguments: [String],
        as account: ServerAccount? = nil,
        environment: [String: String] = [:]
    ) async throws(PrivatePostgresError) -> String {
        let variables = baseEnvironment.merging(environment) { _, theirs in theirs }
        let line = (account?.prefix ?? []) + ["\(executable)"] + arguments
        let result: ExecutionResult<Void, StringOutput<UTF8>, StringOutput<UTF8>>
        do {
            result = try await Subprocess.run(
                .named(line[0]),
                arguments: Arguments(Array(line.dropFirst())),
                environment: .exactly(variables),
                // The caller's directory may be out of the account's reach.
                workingDirectory: "/",
                output: .string(limit: outputBytesMax),
                error: .string(limit: outputBytesMax))
        } catch {
            throw .cannotRun(program: "\(executable)", reason: "\(error)")
        }
        guard result.terminationStatus.isSuccess else {
            throw .failed(
                program: "\(executable)",
                exit: "\(ProcessExit(result.terminationStatus))",
                output: Text.trimmed(result.standardError))
        }
        return Text.trimmed(result.standardOutput)
    }

    /// English messages: one of them tells when the server is ready.
    static var baseEnvironment: [String: String] {
        var environment = ["LC_ALL": "C"]
        environment["PATH"] = Files.environment("PATH")
        return environment
    }
}
