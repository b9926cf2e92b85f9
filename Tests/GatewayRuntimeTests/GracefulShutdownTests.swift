import GatewayRuntime
import Logging
import ServiceLifecycle
import Synchronization
import Testing

struct GracefulShutdownTests {
    private let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    @Test func `services stop in reverse order`() async throws {
        let journal = Journal()
        let group = GracefulShutdown.group(
            of: [Waiter(name: "database", journal: journal), Waiter(name: "server", journal: journal)],
            grace: .seconds(10), logger: logger)
        async let end: Void = group.run()
        await journal.waitForStarts(2)
        await group.triggerGracefulShutdown()
        try await end
        #expect(journal.stopped == ["server", "database"])
    }

    @Test func `a service that has done its work stops the others`() async throws {
        let journal = Journal()
        let group = GracefulShutdown.group(
            of: [Waiter(name: "server", journal: journal), Done(journal: journal)], grace: .seconds(10), logger: logger)
        try await group.run()
        #expect(journal.stopped == ["server"])
    }

    @Test func `the log names services and tells nothing that is in them`() async throws {
        let lines = Lines()
        let logger = Logger(label: "test") { _ in
            var handler = LineHandler(lines: lines)
            handler.logLevel = .trace
            return handler
        }
        let group = GracefulShutdown.group(
            of: [Secretive(key: "open-sesame")], grace: .seconds(10), logger: logger)
        try await group.run()
        let text = lines.all.joined(separator: "\n")
        #expect(text.contains("Secretive"))
        #expect(!text.contains("open-sesame"))
    }

    @Test(.timeLimit(.minutes(1)))
    func `what outlives the grace is cancelled`() async throws {
        let journal = Journal()
        let group = GracefulShutdown.group(
            of: [Stubborn(journal: journal)], grace: .milliseconds(50), logger: logger)
        async let end: Void = group.run()
        await journal.waitForStarts(1)
        await group.triggerGracefulShutdown()
        try? await end
        #expect(journal.stopped == ["stubborn"])
    }
}

/// Holds what nobody may read.
private struct Secretive: Service {
    let key: String

    func run() async throws {}
}

private final class Lines: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    func append(_ line: String) { lines.withLock { $0.append(line) } }
}

private struct LineHandler: LogHandler {
    let lines: Lines
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .trace

    init(lines: Lines) { self.lines = lines }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        lines.append("\(event.message) \(event.metadata ?? [:])")
    }
}

/// Runs until it is told to stop.
private struct Waiter: Service {
    let name: String
    let journal: Journal

    func run() async throws {
        journal.start()
        try await gracefulShutdown()
        journal.stop(name)
    }
}

/// Ends by itself, once the others run.
private struct Done: Service {
    let journal: Journal

    func run() async throws { await journal.waitForStarts(1) }
}

/// Hears of nothing but cancellation.
private struct Stubborn: Service {
    let journal: Journal

    func run() async throws {
        journal.start()
        for await _ in AsyncStream<Never>.makeStream().stream {}
        journal.stop("stubborn")
    }
}

/// Who has started, and who has stopped, in order.
private final class Journal: Sendable {
    private let names = Mutex<[String]>([])
    private let starts = AsyncStream<Void>.makeStream()

    var stopped: [String] { names.withLock { $0 } }

    func start() { starts.continuation.yield() }

    func stop(_ name: String) { names.withLock { $0.append(name) } }

    func waitForStarts(_ count: Int) async {
        var waiting = starts.stream.makeAsyncIterator()
        for _ in 0..<count { await waiting.next() }
    }
}
