import Glibc

/// A file that somebody names on the command line, or standard input.
enum InputFile {
    /// All of standard input.
    static func readStandardInput() throws -> [UInt8] {
        try readToEnd(STDIN_FILENO, name: "standard input")
    }

    /// The whole of the file at `path`.
    static func read(_ path: String) throws -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        return try readToEnd(descriptor, name: path)
    }

    private static func readToEnd(_ descriptor: CInt, name: String) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw failure(name) }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
        }
    }

    private static func failure(_ name: String) -> CommandError {
        CommandError("cannot read \(name): \(String(cString: strerror(errno)))")
    }
}
