internal import CEpoll
import Glibc

/// Owns an epoll instance and an eventfd that ends its wait. `wake` may be called on any thread.
final class Poller: Sendable {
    private let epoll: CInt
    private let event: CInt

    init() throws(ReceiverError) {
        epoll = try check("epoll_create1", epoll_create1(CInt(EPOLL_CLOEXEC)))
        event = try check("eventfd", eventfd(0, CInt(EFD_CLOEXEC) | CInt(EFD_NONBLOCK)))
        watch(event, writing: false, isNew: true)
    }

    deinit {
        close(event)
        close(epoll)
    }

    func wake() {
        eventfd_write(event, 1)
    }

    /// Level-triggered. Closing the descriptor ends the watch.
    func watch(_ descriptor: CInt, writing: Bool, isNew: Bool) {
        var interest = epoll_event()
        interest.events = EPOLLIN.rawValue | (writing ? EPOLLOUT.rawValue : 0)
        interest.data.fd = descriptor
        let code = epoll_ctl(epoll, isNew ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, descriptor, &interest)
        precondition(code == 0, "epoll_ctl: \(String(cString: strerror(errno)))")
    }

    /// Waits until something is ready, `wake` is called or `milliseconds` (-1: for ever) have passed.
    func wait(milliseconds: CInt, _ ready: (_ descriptor: CInt, _ readable: Bool) -> Void) {
        withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: 256) { events in
            let count = epoll_wait(epoll, events.baseAddress, CInt(events.count), milliseconds)
            for event in events.prefix(Int(max(0, count))) {
                if event.data.fd == self.event {
                    var value: eventfd_t = 0
                    eventfd_read(self.event, &value)
                } else {
                    // Errors and hang-ups show when reading.
                    ready(event.data.fd, event.events & ~EPOLLOUT.rawValue != 0)
                }
            }
        }
    }
}

/// The result of a system call, or its error as a value.
func check(_ call: String, _ result: CInt) throws(ReceiverError) -> CInt {
    guard result >= 0 else { throw .system(call, String(cString: strerror(errno))) }
    return result
}
