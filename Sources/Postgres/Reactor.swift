internal import CLibPQ
internal import Glibc
internal import Synchronization

/// One thread that waits in `epoll` for all sockets of a client, for work posted by others, and for one timer; tasks that
/// prefer it run on it too.
///
/// `@unchecked Sendable`: what other threads may touch is `inbox` (behind a mutex) and the descriptors (constant).
/// Everything else belongs to the reactor thread; `watch`, `setInterest` and `unwatch` check that they run on it.
final class Reactor: @unchecked Sendable {
    typealias Work = @Sendable () -> Void

    /// Names one watched socket. Never reused, so an event of a socket closed earlier in the same turn finds no
    /// handler, even when the kernel has given its number to a new socket.
    struct WatchID: Hashable {
        fileprivate let rawValue: UInt64
    }

    struct Readiness {
        /// There are bytes, an end of file or an error to collect.
        let isReadable: Bool
        let isWritable: Bool
    }

    private struct Inbox {
        var work: [Work] = []
        /// The eventfd has been written and not yet read: one write wakes the thread for everything posted since.
        var isWoken = false
        var isStopped = false
    }

    private let inbox = Mutex(Inbox())
    private let epollDescriptor: Int32
    private let wakeDescriptor: Int32

    private var handlers: [WatchID: (Readiness) -> Void] = [:]
    private var lastWatchID: UInt64 = 0
    private var isStopping = false
    /// Of the thread, for everybody; 0 before it runs.
    private let thread = Atomic<pthread_t>(0)

    init() {
        epollDescriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        wakeDescriptor = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
        // Only a process out of descriptors or memory gets here; it could not open a socket either.
        precondition(epollDescriptor >= 0 && wakeDescriptor >= 0, "no epoll or eventfd descriptor: errno \(errno)")
        var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(u64: 0))
        let result = epoll_ctl(epollDescriptor, EPOLL_CTL_ADD, wakeDescriptor, &event)
        precondition(result == 0, "epoll_ctl refused an eventfd: errno \(errno)")
    }

    deinit {
        close(epollDescriptor)
        close(wakeDescriptor)
    }

    // MARK: From any thread

    /// Starts the thread, which keeps this reactor and `endOfTurn` alive until `stop`.
    ///
    /// - Parameter endOfTurn: called on the thread at the end of every turn; answers when the next turn is due at the
    ///   latest.
    func start(endOfTurn: @escaping @Sendable () -> MonotonicTime) {
        let hasThread = HelperThread.start { self.run(endOfTurn) }
        // As with the descriptors: such a process could not do anything else either.
        precondition(hasThread, "no thread for the reactor")
    }

    /// Runs `work` on the reactor thread, in the order of posting; posted on the thread itself, in its next turn, which
    /// then comes at once.
    ///
    /// - Returns: `false` when the reactor has stopped; `work` will then never run.
    @discardableResult
    func post(_ work: @escaping Work) -> Bool {
        let (isAccepted, needsWake) = inbox.withLock { inbox in
            guard !inbox.isStopped else { return (false, false) }
            inbox.work.append(work)
            defer { inbox.isWoken = true }
            return (true, !inbox.isWoken)
        }
        if needsWake, !isOnThread {
            var one: UInt64 = 1
            // Can only fail when the counter is full, and then the thread is awake.
            _ = write(wakeDescriptor, &one, MemoryLayout<UInt64>.size)
        }
        return isAccepted
    }

    // MARK: On the reactor thread

    /// Calls `handler` whenever `descriptor` has something to read, until `unwatch`.
    ///
    /// - Returns: `nil` when the kernel refuses (out of memory or watches).
    func watch(_ descriptor: Int32, handler: @escaping (Readiness) -> Void) -> WatchID? {
        preconditionOnThread()
        lastWatchID += 1
        var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(u64: lastWatchID))
        guard epoll_ctl(epollDescriptor, EPOLL_CTL_ADD, descriptor, &event) == 0 else { return nil }
        let id = WatchID(rawValue: lastWatchID)
        handlers[id] = handler
        return id
    }

    func setInterest(_ id: WatchID, of descriptor: Int32, inWriting: Bool) {
        preconditionOnThread()
        let events = inWriting ? EPOLLIN.rawValue | EPOLLOUT.rawValue : EPOLLIN.rawValue
        var event = epoll_event(events: events, data: epoll_data_t(u64: id.rawValue))
        _ = epoll_ctl(epollDescriptor, EPOLL_CTL_MOD, descriptor, &event)
    }

    /// Must run before the descriptor is closed: a closed number may already belong to another socket.
    func unwatch(_ id: WatchID, descriptor: Int32) {
        preconditionOnThread()
        handlers[id] = nil
        guard descriptor >= 0 else { return }
        var event = epoll_event()
        _ = epoll_ctl(epollDescriptor, EPOLL_CTL_DEL, descriptor, &event)
    }

    /// Ends the thread after the current turn and whatever was posted before.
    func stop() {
        preconditionOnThread()
        isStopping = true
    }

    func preconditionOnThread() {
        precondition(isOnThread, "not on the reactor thread")
    }

    private var isOnThread: Bool { thread.load(ordering: .relaxed) == pthread_self() }

    private func run(_ endOfTurn: () -> MonotonicTime) {
        thread.store(pthread_self(), ordering: .relaxed)
        var events = [epoll_event](repeating: epoll_event(), count: 64)
        var due = MonotonicTime.now
        while true {
            let timeout = hasPostedWork ? 0 : due == .distantFuture ? -1 : due.millisecondsRoundedUp(from: .now)
            let count = epoll_wait(epollDescriptor, &events, Int32(events.count), timeout)
            // EINTR gives -1: nothing is ready, and the turn is harmless.
            for index in 0..<max(0, Int(count)) {
                dispatch(events[index])
            }
            runPostedWork()
            due = endOfTurn()
            if isStopping, isInboxClosed() { break }
        }
        handlers = [:]
    }

    private func dispatch(_ event: epoll_event) {
        let id = event.data.u64
        if id == 0 {
            var count: UInt64 = 0
            _ = read(wakeDescriptor, &count, MemoryLayout<UInt64>.size)
            return
        }
        let flags = event.events
        let wantsWrite = flags & EPOLLOUT.rawValue != 0
        // EPOLLERR and EPOLLHUP count as readable: the reader then meets the error.
        let wantsRead = flags & ~EPOLLOUT.rawValue != 0
        handlers[WatchID(rawValue: id)]?(Readiness(isReadable: wantsRead, isWritable: wantsWrite))
    }

    private func runPostedWork() {
        let posted = inbox.withLock { inbox in
            inbox.isWoken = false
            return take(&inbox.work)
        }
        for work in posted { work() }
    }

    /// What is posted from now on by others writes the eventfd.
    private var hasPostedWork: Bool { inbox.withLock { !$0.work.isEmpty } }

    private func take(_ work: inout [Work]) -> [Work] {
        guard !work.isEmpty else { return [] }
        var taken: [Work] = []
        swap(&taken, &work)
        return taken
    }

    private func isInboxClosed() -> Bool {
        inbox.withLock { inbox in
            guard inbox.work.isEmpty else { return false }
            inbox.isStopped = true
            return true
        }
    }
}

extension Reactor: TaskExecutor {
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isPosted = post { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
        // A task must come to its end after the thread has.
        if !isPosted { globalConcurrentExecutor.enqueue(job) }
    }
}
