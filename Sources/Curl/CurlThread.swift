import Glibc
import Synchronization

/// A thread of the operating system: libcurl's waiting must not block one of Swift's.
final class CurlThread: Sendable {
    /// `nil` once joined.
    private let thread: Mutex<pthread_t?>

    /// Starts running `body`. All signals that can be blocked stay with the process's other threads; that includes
    /// `SIGPIPE` for connections closed by the other side.
    init(_ body: @escaping @Sendable () -> Void) {
        let box = Unmanaged.passRetained(Body(run: body))
        var thread = pthread_t()
        var blocked = sigset_t()
        var before = sigset_t()
        sigfillset(&blocked)
        // A crash must stay one.
        for signal in [SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS] { sigdelset(&blocked, signal) }
        // The new thread, and those that libcurl starts from it, inherit the mask.
        pthread_sigmask(SIG_BLOCK, &blocked, &before)
        let code = pthread_create(&thread, nil, runBody, box.toOpaque())
        pthread_sigmask(SIG_SETMASK, &before, nil)
        precondition(code == 0, "no thread for curl: \(String(cString: strerror(code)))")
        self.thread = Mutex(thread)
    }

    /// Waits for the thread to end; only the first call does. Not to be called on the thread itself.
    func join() {
        let thread = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        if let thread { pthread_join(thread, nil) }
    }

    deinit {
        // Nobody waits for it any more: let the system free it when it ends.
        thread.withLock { if let thread = $0 { _ = pthread_detach(thread) } }
    }
}

private final class Body: Sendable {
    let run: @Sendable () -> Void

    init(run: @escaping @Sendable () -> Void) {
        self.run = run
    }
}

private func runBody(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let context { Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run() }
    return nil
}
