import ArgumentParser
import CLibCurl
import CLibPQ
import Glibc

/// The least that a gateway on PostgreSQL has to do for one event: a NOTIFY, and one request of whoever it wakes.
struct FloorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "floor", abstract: "NOTIFY and one request.", shouldDisplay: false)

    @Option var databaseURL: String
    @Option var url: String
    @Option(help: "A second, evenly spaced.")
    var rate: Int
    @Option var count: Int
    @Option var firstNumber: Int64
    @Option(help: "Where the records of what was sent go.")
    var records: String
    @Option var bytes = SampleEvent.bytesDefault

    func run() throws {
        curl_global_init(Int(CURL_GLOBAL_DEFAULT))
        let notifier = try FloorConnection(databaseURL)
        let listener = try FloorConnection(databaseURL)
        try listener.listen()
        let transfer = try BareTransfer(url: url, bytes: bytes)
        var sent: [SentRecord] = []
        sent.reserveCapacity(count)
        let startedAt = MonotonicClock.now
        for index in 0..<count {
            MonotonicClock.sleep(until: startedAt + Int64(index) * 1_000_000_000 / Int64(rate))
            let number = firstNumber + Int64(index)
            let now = MonotonicClock.now
            try notifier.notify(number)
            let woken = try listener.waitForNotification()
            transfer.set(id: woken, number: woken)
            guard curl_easy_perform(transfer.easy) == CURLE_OK, transfer.status == 200 else {
                throw HelperError("a request of the floor failed")
            }
            try notifier.finish()
            sent.append(SentRecord(number: number, eventID: number, sentAt: now, answeredAt: now))
        }
        try Records.write(sent, to: records)
        StandardOutput.print(Summary(["sent": Int64(count), "failed": 0]).line)
    }
}

/// A libpq connection for NOTIFY or LISTEN. Confined to one thread.
private final class FloorConnection {
    private static let channel = "martlet_bench"
    private let raw: OpaquePointer

    init(_ url: String) throws {
        guard let raw = PQconnectdb(url) else { throw HelperError("no memory for libpq") }
        self.raw = raw
        guard PQstatus(raw) == CONNECTION_OK else { throw failure() }
    }

    deinit { PQfinish(raw) }

    func listen() throws {
        let result = PQexec(raw, "LISTEN \(Self.channel)")
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_COMMAND_OK else { throw failure() }
    }

    /// Begins; `finish` waits for the answer.
    func notify(_ number: Int64) throws {
        guard PQsendQuery(raw, "NOTIFY \(Self.channel), '\(number)'") == 1, PQflush(raw) == 0 else { throw failure() }
    }

    func finish() throws {
        while let result = PQgetResult(raw) {
            defer { PQclear(result) }
            guard PQresultStatus(result) == PGRES_COMMAND_OK else { throw failure() }
        }
    }

    /// The number in the next notification.
    func waitForNotification() throws -> Int64 {
        while true {
            if let notification = PQnotifies(raw) {
                defer { PQfreemem(notification) }
                return Int64(String(cString: notification.pointee.extra)) ?? 0
            }
            var watched = pollfd(fd: PQsocket(raw), events: Int16(POLLIN), revents: 0)
            guard poll(&watched, 1, 5_000) > 0, PQconsumeInput(raw) == 1 else { throw failure() }
        }
    }

    private func failure() -> HelperError {
        HelperError("PostgreSQL: \(String(cString: PQerrorMessage(raw)))")
    }
}
