import Glibc
import PrivatePostgres
import TestSupport

/// `martlet-hot-path` under valgrind.
enum HotPath {
    /// As the program names them.
    enum Step: String, Sendable {
        case checksum, digest
        case batch, code, envelope, filter, payload, request, verdict
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Of one repetition.
    static func instructions(of step: Step) async throws -> Double {
        try await perRepetition { times in
            try await count(
                after: "Collected :", of: step, times: times,
                tool: ["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        }
    }

    /// Of one repetition.
    static func allocations(of step: Step) async throws -> Double {
        try await perRepetition { times in
            try await count(
                after: "total heap usage:", of: step, times: times, tool: ["--tool=memcheck", "--leak-check=no"])
        }
    }

    /// What the start of the program and first uses cost is in both runs, and so in neither result.
    private static func perRepetition(_ count: (_ times: Int) async throws -> Int) async throws -> Double {
        let (few, many) = (100, 1_100)
        return Double(try await count(many) - count(few)) / Double(many - few)
    }

    /// The number that valgrind prints behind `mark`.
    private static func count(after mark: String, of step: Step, times: Int, tool: [String]) async throws -> Int {
        let command = SupervisedCommand(
            executable: "/usr/bin/env", arguments: ["valgrind"] + tool + [try program, step.rawValue, "\(times)"],
            environment: [
                "PATH": getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin",
                // The same instructions on every processor of an architecture, and in every process.
                "OPENSSL_ia32cap": "0", "OPENSSL_armcap": "0", "SWIFT_DETERMINISTIC_HASHING": "1",
            ], farewell: .kill)
        return try await withChildProcess(named: "valgrind", command) { child in
            let exit = try await child.waitForExit(within: .seconds(300))
            let output = child.output.map(\.text)
            guard exit == .exited(0), let line = output.first(where: { $0.contains(mark) }),
                let found = line.firstRange(of: mark),
                let number = Int(
                    line[found.upperBound...].drop { $0 == " " }.prefix { $0.isNumber || $0 == "," }
                        .filter { $0 != "," })
            else {
                throw Failure(
                    description: "valgrind ended with \(exit); `make test` installs it. It wrote:\n"
                        + output.joined(separator: "\n"))
            }
            return number
        }
    }

    /// The optimised build beside the one that runs the tests: counting unoptimised code would say nothing.
    private static var program: String {
        get throws {
            guard let tests = realpath("/proc/self/exe", nil) else { throw Failure(description: "/proc/self/exe") }
            defer { free(tests) }
            let builds = String(cString: tests).split(separator: "/").dropLast(2).joined(separator: "/")
            let path = "/\(builds)/release/martlet-hot-path"
            guard access(path, X_OK) == 0 else {
                throw Failure(
                    description: "\(path) does not exist: `make test` builds it, "
                        + "or `swift build -c release --product martlet-hot-path`")
            }
            return path
        }
    }
}
