import Glibc
import Synchronization

/// An HTTP/1.1 server on 127.0.0.1 for tests and benchmarks: keep-alive, `Content-Length` and chunked bodies, pipelining,
/// and every way to misbehave that `ReceiverReply` has.
///
/// One epoll thread does it all. `respond` is called on it, once per complete request, and must not block; whatever it does
/// comes before the request shows in `received`.
public final class LoopbackReceiver: Sendable {
    public let port: UInt16
    private let shared: ReceiverState
    private let thread: Mutex<pthread_t?>

    /// - Parameters:
    ///   - port: 0 takes a free one.
    ///   - recording: whether `received` and `requests` see the requests. Without it only `respond` and the counters do,
    ///     and memory does not grow.
    public init(
        port: UInt16 = 0, recording: Bool = true,
        respond: @escaping @Sendable (ReceivedRequest) -> ReceiverReply = { _ in .respond() }
    ) throws(ReceiverError) {
        let shared = ReceiverState(poller: try Poller(), isRecording: recording)
        let (listener, port) = try Self.listen(on: port)
        self.port = port
        self.shared = shared
        thread = Mutex(startThread { ReceiverLoop(listener: listener, shared: shared, respond: respond).run() })
    }

    deinit { stop() }

    /// `http://127.0.0.1:port`, without a slash at the end.
    public var url: String { "http://127.0.0.1:\(port)" }

    /// All requests so far, in the order they were complete.
    public var received: [ReceivedRequest] { shared.log.requests }

    /// How many requests were complete so far, recorded or not.
    public var requestCount: Int { shared.requestCount.load(ordering: .relaxed) }

    /// How many connections were accepted so far.
    public var connectionCount: Int { shared.connectionCount.load(ordering: .relaxed) }

    /// All requests so far, as soon as there are `count`.
    ///
    /// - Throws: `ReceiverError.timedOut` when there are fewer after `time`, `stopped` when there will be no more.
    public func requests(count: Int, within time: Duration) async throws -> [ReceivedRequest] {
        precondition(shared.isRecording, "this receiver does not record")
        let deadline = monotonicNanoseconds() + time.wholeNanoseconds
        return try await withCheckedThrowingContinuation { continuation in
            shared.log.wait(count: count, deadline: deadline, continuation)
            shared.poller.wake()
        }
    }

    /// Closes the port and all connections, and returns when that is done. Not to be called by `respond`.
    public func stop() {
        shared.isStopped.store(true, ordering: .releasing)
        shared.poller.wake()
        let thread = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        if let thread { pthread_join(thread, nil) }
    }

    private static func listen(on port: UInt16) throws(ReceiverError) -> (listener: CInt, port: UInt16) {
        let type = CInt(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let listener = try check("socket", socket(AF_INET, type, 0))
        do throws(ReceiverError) {
            var on: CInt = 1
            let size = socklen_t(MemoryLayout<CInt>.size)
            _ = try check("setsockopt", setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, size))
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
            var addressSize = socklen_t(MemoryLayout<sockaddr_in>.size)
            let bound = withUnsafeMutablePointer(to: &address) { address in
                address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                    let code = bind(listener, address, addressSize)
                    return code == 0 ? getsockname(listener, address, &addressSize) : code
                }
            }
            _ = try check("bind", bound)
            _ = try check("listen", Glibc.listen(listener, 4_096))
            return (listener, UInt16(bigEndian: address.sin_port))
        } catch {
            close(listener)
            throw error
        }
    }
}
