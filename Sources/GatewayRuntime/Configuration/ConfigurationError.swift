public import ArgumentParser
import Glibc

/// Everything that is wrong with a program's settings.
public struct ConfigurationError: Error, Equatable, CustomStringConvertible {
    /// One sentence each, beginning with the setting. None quotes a secret.
    public let problems: [String]

    public var description: String {
        let heading = problems.count == 1 ? "a setting is wrong" : "\(problems.count) settings are wrong"
        return "\(heading):\n" + problems.map { "  \($0)" }.joined(separator: "\n")
    }

    /// Writes the one message to standard error, and returns the code to exit with.
    public func report(program: String) -> ExitCode {
        StandardError.write("\(program): \(description)\n")
        return .configuration
    }
}
