import GatewayRuntime
import Logging
import Postgres
import ServiceLifecycle
import WebhookCore
import WebhookStore

/// Everything that `martlet dev` starts, in order; it stops in reverse.
struct DevEnvironment: Service {
    let settings: DevSettings
    let directory: DevDirectory
    let logger: Logger

    /// The built-in receiver is there: the address guard lets it pass.
    static let receiverNetwork = "127.0.0.1/32"

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { try await runAll() }
        } catch  where Task.isShuttingDownGracefully {
            // Whatever was under way was told to stop.
            StandardStreams.print("stopped")
            return
        }
        StandardStreams.print("stopped")
    }

    private func runAll() async throws {
        try directory.make()
        let lock = try directory.lock()
        let ports = try DevPorts(settings)
        for remark in ports.remarks { StandardStreams.print(remark) }
        let database = try await DevDatabase.start(settings, directory, logger)
        try await finally {
            say("database", database.description)
            try directory.keep(database.configuration.url.value, in: directory.databaseURLFile)
            try await DatabaseAccess.with(database.configuration) { client in
                try await run(on: client, database, ports)
            }
        } cleanup: {
            directory.forgetDatabase()
            await database.stop()
        }
        withExtendedLifetime(lock) {}
    }

    private func run(on client: PostgresClient, _ database: DevDatabase, _ ports: DevPorts) async throws {
        let report = try await Migrator(client).run()
        _ = try await SensitiveKeywordStore(client).add(settings.sensitiveKeywords)
        say("schema", "version \(report.version), \(report.applied.count) migrations applied just now")
        let keys = try await DevKeys.prepare(
            settings, directory, masterKeys: try DevKeys.masterKeys(settings, directory), client)
        let subscriptions = SubscriptionStore(client, vault: try SecretVault(masterKeys: keys.masterKeys))
        let subscription = try await DemoSubscription.start(subscriptions, logger: logger)
        try await finally {
            say("subscription", "\(subscription.id) to every event, receiver \(subscription.url)")
            let servers = DevServers(settings: settings, ports: ports, database: database, keys: keys)
            try await servers.run {
                say("ingest-server", "http://\(ports.ingest.reachable)")
                say("delivery-worker", ports.worker.map { "http://\($0.reachable)" } ?? "no address")
                try await Demo(
                    ingest: ports.ingest, adminKey: keys.adminKey, subscription: subscription, database: client
                ).run()
                guard !settings.exitsAfterDemo else { return }
                StandardStreams.print(DevHints.text(ports: ports, directory: directory, keys: keys))
                for await webhook in subscription.receiver.webhooks {
                    StandardStreams.print(WebhookReport.text(webhook))
                }
            }
        } cleanup: {
            await subscription.stop()
        }
    }

    private func say(_ what: String, _ how: String) {
        StandardStreams.print(what + String(repeating: " ", count: max(1, 17 - what.count)) + how)
    }
}

/// Runs `body`, then `cleanup`, whether `body` throws, is cancelled or returns. The cleanup is not cancelled.
func finally(
    _ body: () async throws -> Void, cleanup: @escaping @Sendable () async -> Void
) async throws {
    let result: Result<Void, any Error>
    do {
        result = .success(try await body())
    } catch {
        result = .failure(error)
    }
    // A task of its own: in a cancelled one every wait would end at once.
    await Task { await cleanup() }.value
    try result.get()
}
