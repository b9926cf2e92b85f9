import Glibc

/// `.martlet`: what `martlet dev` keeps between its runs. The keys are for its owner's eyes only.
struct DevDirectory: Sendable {
    static let defaultPath = ".martlet"

    let path: String

    /// A directory of its own, as it belongs to the server's user.
    var postgres: String { "\(path)/postgres" }
    var masterKeyFile: String { "\(path)/master-key" }
    var adminKeyFile: String { "\(path)/admin-key" }
    var databaseURLFile: String { "\(path)/database-url" }
    private var lockFile: String { "\(path)/dev.lock" }

    /// Makes the directory where it is missing. Others may pass through it: the private server's user must.
    func make() throws {
        guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw failure("make", path) }
    }

    /// Keeps a second `martlet dev` out of this directory for as long as the result lives.
    func lock() throws -> DevLock {
        let descriptor = open(lockFile, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("open", lockFile) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            close(descriptor)
            guard reason == EWOULDBLOCK else { throw failure("lock", lockFile) }
            throw CommandError("another `martlet dev` runs in this directory: stop it, or start this one elsewhere")
        }
        return DevLock(descriptor: descriptor)
    }

    /// Where the `martlet dev` that runs here has its database; `nil` when none runs.
    var urlOfRunningDatabase: String? {
        let descriptor = open(lockFile, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_SH | LOCK_NB) != 0, errno == EWOULDBLOCK else { return nil }
        return read(databaseURLFile)
    }

    /// The text that was kept; `nil` when there is none.
    func read(_ file: String) -> String? {
        guard let bytes = try? InputFile.read(file) else { return nil }
        let text = String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        return text.isEmpty ? nil : text
    }

    /// Keeps one line for the owner alone. It takes its place whole, or not at all.
    func keep(_ text: String, in file: String) throws {
        let draft = "\(file).new"
        unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("write", draft) }
        let bytes = Array("\(text)\n".utf8)
        let isWritten = write(descriptor, bytes, bytes.count) == bytes.count && fsync(descriptor) == 0
        close(descriptor)
        guard isWritten, rename(draft, file) == 0 else { throw failure("write", file) }
    }

    /// No `martlet psql` shall look for a database that has gone.
    func forgetDatabase() {
        unlink(databaseURLFile)
    }

    private func failure(_ verb: String, _ file: String) -> CommandError {
        CommandError("cannot \(verb) \(file): \(String(cString: strerror(errno)))")
    }
}

/// Held while `martlet dev` runs. The kernel lets go of it when the process ends, however it ends.
final class DevLock: Sendable {
    private let descriptor: CInt

    init(descriptor: CInt) {
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }
}
