internal import CEpoll
import Glibc
import Synchronization

/// The work of the receiver's thread: accepts, reads, asks for replies, sends them. Confined to that thread.
final class ReceiverLoop {
    private let listener: CInt
    private let shared: ReceiverState
    private let respond: @Sendable (ReceivedRequest) -> ReceiverReply
    private var connections: [CInt: Connection] = [:]
    private var timers = TimerQueue()
    private let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 1)

    init(listener: CInt, shared: ReceiverState, respond: @escaping @Sendable (ReceivedRequest) -> ReceiverReply) {
        self.listener = listener
        self.shared = shared
        self.respond = respond
        shared.poller.watch(listener, writing: false, isNew: true)
    }

    deinit { scratch.deallocate() }

    func run() {
        while !shared.isStopped.load(ordering: .acquiring) {
            shared.poller.wait(milliseconds: milliseconds()) { descriptor, readable in
                if descriptor == listener {
                    accept()
                } else if let connection = connections[descriptor] {
                    serve(connection, readable: readable)
                }
            }
            let now = monotonicNanoseconds()
            shared.log.expire(now)
            while let action = timers.popDue(now) { action() }
        }
        close(listener)
        for connection in connections.values { connection.close() }
        shared.log.close()
    }

    /// Until the next timer or the next waiter's deadline, rounded up.
    private func milliseconds() -> CInt {
        guard let next = [timers.nextDueAt, shared.log.nextDeadline].compactMap(\.self).min() else { return -1 }
        let now = monotonicNanoseconds()
        return next <= now ? 0 : CInt(min((next - now + 999_999) / 1_000_000, 60_000))
    }

    private func accept() {
        while case let descriptor = cepoll_accept(listener), descriptor >= 0 {
            var on: CInt = 1
            setsockopt(descriptor, CInt(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<CInt>.size))
            let number = shared.connectionCount.add(1, ordering: .relaxed).newValue
            connections[descriptor] = Connection(descriptor: descriptor, number: number, poller: shared.poller)
        }
    }

    private func serve(_ connection: Connection, readable: Bool) {
        if readable { read(connection) }
        connection.flush()
        answerRequests(on: connection)
    }

    private func read(_ connection: Connection) {
        let count = recv(connection.descriptor, scratch.baseAddress, scratch.count, 0)
        if count > 0 {
            do throws(RequestParser.Malformed) {
                try connection.parser.append(UnsafeRawBufferPointer(rebasing: scratch[..<count]))
            } catch {
                connection.close()
            }
        } else if count == 0 || errno != EAGAIN {
            connection.close()
        }
    }

    /// Answers what has come in completely, in order: a pipelined request waits for the answer to the one before.
    private func answerRequests(on connection: Connection) {
        while connection.isReadyForRequest {
            do throws(RequestParser.Malformed) {
                switch try connection.parser.next() {
                case .request(let head, let body):
                    let request = ReceivedRequest(
                        head: head, body: body, receivedAt: monotonicNanoseconds(), connection: connection.number)
                    shared.requestCount.add(1, ordering: .relaxed)
                    // The reply first: whoever waits for the request may rely on what `respond` has done.
                    let reply = respond(request)
                    if shared.isRecording { shared.log.append(request) }
                    send(reply, on: connection)
                case .expectsContinue:
                    connection.send(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8), then: .nothing)
                case nil:
                    return
                }
            } catch {
                connection.send(ReceiverReply.encode(status: 400, headers: [], body: []), then: .close)
            }
        }
        if !connection.isOpen, connections[connection.descriptor] === connection {
            connections[connection.descriptor] = nil
        }
    }

    private func send(_ reply: ReceiverReply, on connection: Connection) {
        switch reply {
        case .response(200, let headers, let body) where headers.isEmpty && body.isEmpty:
            connection.send(ReceiverReply.emptyOK, then: .nothing)
        case .response(let status, let headers, let body):
            let closes = headers.contains { $0.name.lowercased() == "connection" && $0.value.lowercased() == "close" }
            connection.send(
                ReceiverReply.encode(status: status, headers: headers, body: body), then: closes ? .close : .nothing)
        case .delayed(let delay, let reply):
            connection.send([], then: .silence)
            after(delay, on: connection) { [unowned self] in
                send(reply, on: connection)
                answerRequests(on: connection)
            }
        case .hang:
            connection.send([], then: .silence)
        case .close:
            connection.send([], then: .close)
        case .raw(let bytes):
            connection.send(bytes, then: .close)
        case .endless(let start, let unit):
            connection.send(start, then: .endless(unit: unit))
        case .dripping(let start, let unit, let interval):
            connection.send(start, then: .silence)
            drip(unit, every: interval, on: connection)
        }
    }

    private func drip(_ unit: [UInt8], every interval: Duration, on connection: Connection) {
        after(interval, on: connection) { [unowned self] in
            connection.send(unit, then: .silence)
            drip(unit, every: interval, on: connection)
        }
    }

    private func after(_ delay: Duration, on connection: Connection, _ action: @escaping () -> Void) {
        timers.add(at: monotonicNanoseconds() + delay.wholeNanoseconds) {
            if connection.isOpen { action() }
        }
    }
}

func monotonicNanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

extension Duration {
    /// At least 0; a delay of more than 500 years is a mistake in the test.
    var wholeNanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        return seconds < 0 ? 0 : UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
    }
}
