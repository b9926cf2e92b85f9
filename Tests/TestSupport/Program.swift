import Glibc

/// The programs of the product, as built beside the tests that run.
public enum Program: String, Sendable, CaseIterable {
    case ingestServer = "ingest-server"
    case deliveryWorker = "delivery-worker"
    case martlet

    /// The absolute path: SwiftPM puts programs and tests of one build in one directory.
    public var path: String {
        get throws {
            guard let tests = realpath("/proc/self/exe", nil) else { throw ProgramMissing(path: rawValue) }
            defer { free(tests) }
            let directory = String(cString: tests).split(separator: "/").dropLast().joined(separator: "/")
            let path = "/\(directory)/\(rawValue)"
            guard access(path, X_OK) == 0 else { throw ProgramMissing(path: path) }
            return path
        }
    }
}

/// The program has not been built: `swift build` makes it, `swift build --build-tests` alone may not.
struct ProgramMissing: Error, CustomStringConvertible {
    let path: String

    var description: String { "\(path) does not exist: run `swift build` first" }
}
