import Glibc
import Synchronization

/// The way out for logs and messages.
enum StandardError {
    /// Lines longer than a pipe takes at once are written in parts, which must not mix.
    private static let lock = Mutex(())

    /// Writes all of `text`, in one system call where the system allows.
    static func write(_ text: String) {
        write(Array(text.utf8))
    }

    /// Writes all of `bytes`; gives up where nobody can read them any more.
    static func write(_ bytes: [UInt8]) {
        lock.withLock { _ in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { return }
                rest = rest.dropFirst(count)
            }
        }
    }
}
