internal import Glibc

/// Threads of our own for what blocks: the reactor, name resolution, connecting, `PQcancel`.
///
/// Swift's cooperative pool has one thread per core and must never block; a Dispatch queue would share a bounded
/// pool with whoever else blocks in it.
enum HelperThread {
    /// Runs `work` on a new detached thread.
    ///
    /// - Returns: `false` when the system has no thread left; `work` then does not run.
    static func start(_ work: @escaping @Sendable () -> Void) -> Bool {
        let box = Unmanaged.passRetained(Box(work: work))
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        var thread = pthread_t()
        guard pthread_create(&thread, &attributes, runHelperThread, box.toOpaque()) == 0 else {
            box.release()
            return false
        }
        return true
    }

    fileprivate final class Box: Sendable {
        let work: @Sendable () -> Void
        init(work: @escaping @Sendable () -> Void) { self.work = work }
    }
}

/// The new thread owns `context`, the retained box, and releases it.
private let runHelperThread: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
    guard let context else { return nil }
    Unmanaged<HelperThread.Box>.fromOpaque(context).takeRetainedValue().work()
    return nil
}
