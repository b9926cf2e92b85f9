import CEpoll
import Glibc

/// An HTTP/1.1 client that does as little as possible for each request: one thread, one epoll, one write and one read a
/// request, so that most of the machine is left to what is measured.
final class LoadClient {
    /// How long answers are waited for after the last request.
    private static let answerMax: Int64 = 10_000_000_000
    private static let readyMax = 256

    private let epoll: CInt
    private let request: any LoadRequest
    private var pace: LoadPace
    private var connections: [LoadConnection] = []
    private var indexOfDescriptor: [Int] = []
    /// Indexes of the connections that wait for nothing.
    private var idle: [Int] = []
    private var nextNumber: Int64
    private var inFlight = 0
    private var begun = 0
    private var failed = 0
    private var refused = 0
    /// The status of the first answer that was no success.
    private var refusedStatus = 0
    private var lastAnswerAt: Int64 = 0
    private(set) var records: [SentRecord] = []

    init(port: UInt16, connections count: Int, request: any LoadRequest, pace: LoadPace, firstNumber: Int64) throws {
        self.request = request
        self.pace = pace
        nextNumber = firstNumber
        epoll = epoll_create1(CInt(EPOLL_CLOEXEC))
        guard epoll >= 0 else { throw HelperError.system("epoll_create1") }
        records.reserveCapacity(1_000_000)
        for index in 0..<count {
            let connection = try LoadConnection(port: port)
            var interest = epoll_event()
            interest.events = EPOLLIN.rawValue
            interest.data.u32 = UInt32(index)
            guard epoll_ctl(epoll, EPOLL_CTL_ADD, connection.descriptor, &interest) == 0 else {
                throw HelperError.system("epoll_ctl")
            }
            connections.append(connection)
        }
        idle = Array(0..<count)
    }

    deinit { close(epoll) }

    /// Posts until the time is over, then waits for the answers that are missing.
    func run() throws -> Summary {
        let processorTime = MonotonicClock.processorTime
        let startedAt = MonotonicClock.now
        pace.start(at: startedAt)
        while true {
            let now = MonotonicClock.now
            if pace.isOver(at: now) {
                guard inFlight > 0, now < startedAt + pace.duration + Self.answerMax else { break }
                wait(Self.answerMax)
            } else {
                wait(beginRequests(now))
            }
        }
        return Summary([
            "sent": Int64(begun), "accepted": Int64(records.count), "refused": Int64(refused),
            "refused_status": Int64(refusedStatus), "failed": Int64(failed + inFlight),
            "elapsed_ns": max(1, lastAnswerAt - startedAt),
            "cpu_ns": MonotonicClock.processorTime - processorTime, "started_ns": startedAt,
        ])
    }

    /// Begins what may begin; returns how long to wait for the next.
    private func beginRequests(_ now: Int64) -> Int64 {
        while let index = idle.last {
            let wait = pace.wait(at: now)
            guard wait == 0 else { return wait }
            idle.removeLast()
            request.set(number: nextNumber)
            if connections[index].begin(request.bytes, number: nextNumber, at: MonotonicClock.now) {
                inFlight += 1
            } else {
                failed += 1
            }
            nextNumber += 1
            begun += 1
            pace.began()
        }
        return 100_000_000
    }

    private func wait(_ nanoseconds: Int64) {
        withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: Self.readyMax) { events in
            var timeout = timespec(
                tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
            let count = epoll_pwait2(epoll, events.baseAddress, CInt(events.count), &timeout, nil)
            for event in events.prefix(Int(max(0, count))) { readAnswer(Int(event.data.u32)) }
        }
    }

    private func readAnswer(_ index: Int) {
        switch connections[index].read() {
        case .incomplete:
            break
        case .closed(let wasBusy):
            // It does not come back: a server that closes connections shows as failures.
            epoll_ctl(epoll, EPOLL_CTL_DEL, connections[index].descriptor, nil)
            idle.removeAll { $0 == index }
            if wasBusy {
                inFlight -= 1
                failed += 1
            }
        case .answer(let status, let eventID):
            lastAnswerAt = MonotonicClock.now
            inFlight -= 1
            if (200..<300).contains(status) {
                let connection = connections[index]
                records.append(
                    SentRecord(
                        number: connection.number, eventID: eventID, sentAt: connection.sentAt,
                        answeredAt: lastAnswerAt))
            } else {
                if refused == 0 { refusedStatus = status }
                refused += 1
            }
            idle.append(index)
        }
    }
}
