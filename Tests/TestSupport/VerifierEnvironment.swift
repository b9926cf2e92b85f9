import Glibc
import PrivatePostgres

/// Python with the packages of scripts/requirements.txt: programs that judge what ours make, and were not written here.
public enum VerifierEnvironment {
    /// Where this package lies, as the compiler saw it.
    public static let packageRoot: String = {
        let file = #filePath.split(separator: "/")
        return "/" + file.dropLast(3).joined(separator: "/")
    }()

    /// The interpreter; `make test` has made it, `swift test` alone has it made here.
    public static func python() async throws -> String {
        let environment = "\(packageRoot)/.build/venv"
        if access("\(environment)/ready", R_OK) != 0 {
            var variables: [String: String] = [:]
            for name in ["PATH", "HOME"] { variables[name] = getenv(name).map { String(cString: $0) } }
            let command = SupervisedCommand(
                executable: "/usr/bin/env", arguments: ["make", "-C", packageRoot, ".build/venv/ready"],
                environment: variables)
            try await withChildProcess(named: "make", command) { child in
                let exit = try await child.waitForExit(within: .seconds(120))
                guard exit == .exited(0) else {
                    throw VerifierEnvironmentMissing(output: child.output.map(\.text) + ["\(exit)"])
                }
            }
        }
        return "\(environment)/bin/python"
    }
}

struct VerifierEnvironmentMissing: Error, CustomStringConvertible {
    let output: [String]

    var description: String { "the verifiers cannot be installed: \(output.joined(separator: "\n"))" }
}
