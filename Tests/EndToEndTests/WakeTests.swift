import EndToEndSupport
import Logging
import LoopbackReceiver
import Postgres
import Synchronization
import TestSupport
import Testing

struct WakeTests {
    enum Producer: CaseIterable { case http, sql }

    @Test(arguments: Producer.allCases)
    func `an event wakes a worker that sleeps`(producer: Producer) async throws {
        let receiver = try LoopbackReceiver()
        try await withInstallation { installation, client in
            _ = try await client.subscribe(receiver.url)
            let channel = Notifications(installation.databaseURL)
            try await eventually("we listen") { channel.heard == [.gap] }
            try await installation.withWorker { _ in
                try await eventually("the worker sleeps") {
                    try await installation.database.value("SELECT last_value FROM martlet.sleepers") == .number("2")
                }
                switch producer {
                case .http: try await client.dispatch("page.published")
                case .sql: try await installation.database.run("SELECT martlet.dispatch('page.published', '1')")
                }
                try await eventually("the worker is told") {
                    channel.heard.contains(.notification(channel: "martlet_work", payload: ""))
                }
                _ = try await receiver.requests(count: 1, within: .seconds(20))
            }
            await channel.stop()
        }
    }
}

/// What PostgreSQL tells the workers.
private final class Notifications: Sendable {
    private let client: PostgresClient
    private let record = Mutex<[ListenEvent]>([])

    init(_ url: String) {
        client = PostgresClient(
            PostgresConfiguration(url: url), logger: Logger(label: "wake-test") { _ in SwiftLogNoOpLogHandler() })
        let events = client.listen(["martlet_work"])
        Task { for await event in events { record.withLock { $0.append(event) } } }
    }

    var heard: [ListenEvent] { record.withLock { $0 } }

    func stop() async { await client.shutdown(grace: .zero) }
}
