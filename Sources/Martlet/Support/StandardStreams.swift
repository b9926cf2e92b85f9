import Glibc

/// Standard input and output as bytes, without buffers: what was printed has been printed, also to a pipe.
enum StandardStreams {
    /// Writes all of `text` and a line break; gives up where nobody can read it any more.
    static func print(_ text: String) {
        write(Array((text + "\n").utf8), to: STDOUT_FILENO)
    }

    /// The same, to standard error.
    static func printError(_ text: String) {
        write(Array((text + "\n").utf8), to: STDERR_FILENO)
    }

    /// Writes `bytes` and a line break to standard output.
    static func print(_ bytes: [UInt8]) {
        write(bytes + [UInt8(ascii: "\n")], to: STDOUT_FILENO)
    }

    private static func write(_ bytes: [UInt8], to descriptor: CInt) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
