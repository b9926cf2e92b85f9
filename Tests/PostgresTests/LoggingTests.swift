import Logging
import Postgres
import Synchronization
import Testing
import TestSupport

struct LoggingTests {
    @Test func `notices go to the log at debug`() async throws {
        let log = LogRecord()
        try await withDatabase { url in
            let client = PostgresClient(PostgresConfiguration(url: url), logger: log.logger)
            try await client.withSession { try await $0.script("DROP TABLE IF EXISTS missing") }
            await client.shutdown()
        }
        #expect(log.lines.contains { $0.level == .debug && $0.text.contains("table missing does not exist") })
    }

    @Test func `a loss and the recovery are logged once each`() async throws {
        let log = LogRecord()
        try await withDedicatedServer { server in
            let client = PostgresClient(PostgresConfiguration(url: server.url()), logger: log.logger)
            try await client.execute(AddOne(value: 1))
            await server.stop()
            _ = await postgresError { try await client.execute(AddOne(value: 1), deadline: .milliseconds(500)) }
            try await server.start()
            try await client.execute(AddOne(value: 1))
            await client.shutdown()
        }
        let shown = log.lines.filter { $0.level >= .info }
        #expect(shown.map(\.level) == [.warning, .info])
    }
}

/// Keeps what is logged.
private final class LogRecord: Sendable {
    struct Line {
        let level: Logger.Level
        let text: String
    }

    private let recorded = Mutex<[Line]>([])

    var lines: [Line] { recorded.withLock { $0 } }

    var logger: Logger {
        Logger(label: "PostgresTests") { _ in Handler(record: self) }
    }

    private struct Handler: LogHandler {
        let record: LogRecord
        var metadata: Logger.Metadata = [:]
        var logLevel: Logger.Level = .debug

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let text = "\(event.message) \(event.metadata ?? [:])".replacing("\"", with: "").replacing("\\", with: "")
            record.recorded.withLock { $0.append(Line(level: event.level, text: text)) }
        }
    }
}
