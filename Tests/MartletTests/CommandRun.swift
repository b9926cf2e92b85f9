import Glibc
import JSONFilter
import PrivatePostgres
import TestSupport

/// `martlet`, run to its end.
struct CommandRun {
    let exit: ProcessExit
    /// Lines of standard output.
    let lines: [String]
    /// Lines of standard error.
    let errors: [String]

    var output: String { lines.joined(separator: "\n") }
    var errorText: String { errors.joined(separator: "\n") }

    /// The first line of output, as JSON.
    var json: JSONValue? { lines.first.flatMap { try? JSONValue(parsing: Array($0.utf8)) } }

    /// - Parameters:
    ///   - environment: all of it, but for `PATH`.
    ///   - input: what it reads from standard input.
    ///   - directory: where it runs; `nil`: where the tests run.
    static func martlet(
        _ arguments: [String], environment: [String: String] = [:], input: String = "", directory: String? = nil,
        within limit: Duration = .seconds(60)
    ) async throws -> CommandRun {
        let command = SupervisedCommand(
            executable: "/bin/sh",
            arguments: [
                "-c", #"input=$1; shift; printf %s "$input" | "$@""#, "sh", input, try Program.martlet.path,
            ] + arguments,
            environment: ["PATH": getenv("PATH").map { String(cString: $0) } ?? ""].merging(environment) { $1 },
            workingDirectory: directory,
            farewell: .kill)
        return try await withChildProcess(named: "martlet", command) { child in
            let exit = try await child.waitForExit(within: limit)
            let output = child.output
            return CommandRun(
                exit: exit,
                lines: output.filter { $0.stream == .standardOutput }.map(\.text),
                errors: output.filter { $0.stream == .standardError }.map(\.text))
        }
    }
}

/// The settings of commands that work on the database at `url`.
func settings(for url: String) -> [String: String] {
    ["DATABASE_URL": url, "MARTLET_MASTER_KEY": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="]
}

/// Creates a database, migrated by the command itself, and lends the settings to use it.
func withMigratedDatabase(_ body: (_ settings: [String: String]) async throws -> Void) async throws {
    let template = DatabaseTemplate(name: "migrated for commands") { url in
        let migration = try await CommandRun.martlet(["migrate"], environment: settings(for: url))
        guard migration.exit == .exited(0) else { throw CommandFailed(output: migration.errorText) }
    }
    try await withDatabase(template: template) { url in try await body(settings(for: url)) }
}

/// A command that was expected to work did not.
struct CommandFailed: Error {
    let output: String
}

/// Creates a database that nobody has migrated, and lends the settings to use it.
func withEmptyDatabase(_ body: (_ settings: [String: String]) async throws -> Void) async throws {
    try await withDatabase { url in try await body(settings(for: url)) }
}
