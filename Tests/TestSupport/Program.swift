import Glibc

/// The programs of the product, as built beside the tests that run.
public enum Program: String, Sendable, CaseIterable {
    case ingestServer = "ingest-server"
    case deliveryWorker = "delivery-worker"
    case martlet

    public var path: String {
        get throws {
            try ProgramFile.path(of: rawValue)
        }
    }
}

/// The programs that were built together with the tests that run.
public enum ProgramFile {
    /// The absolute path: SwiftPM puts programs and tests of one build in one directory.
    public static func path(of name: String) throws -> String {
        guard let tests = realpath("/proc/self/exe", nil) else { throw ProgramMissing(path: name) }
        defer { free(tests) }
        let directory = String(cString: tests).split(separator: "/").dropLast().joined(separator: "/")
        let path = "/\(directory)/\(name)"
        guard access(path, X_OK) == 0 else { throw ProgramMissing(path: path) }
        return path
    }
}

/// The program has not been built: `swift build` makes it, `swift build --build-tests` alone may not.
struct ProgramMissing: Error, CustomStringConvertible {
    let path: String

    var description: String { "\(path) does not exist: run `swift build` first" }
}
