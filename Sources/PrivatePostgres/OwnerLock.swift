import Glibc

/// Held by the process whose server this is. The kernel lets go of it when the process ends, however it ends.
final class OwnerLock: Sendable {
    private let descriptor: CInt

    init(_ directory: ServerDirectory) throws(PrivatePostgresError) {
        descriptor = open(directory.lockFile, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system(directory.lockFile) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            close(descriptor)
            throw reason == EWOULDBLOCK ? .directoryInUse(directory.path) : .system(directory.lockFile)
        }
    }

    deinit {
        // Explicitly: a child that is just being forked still has the descriptor, and would keep the lock.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}
