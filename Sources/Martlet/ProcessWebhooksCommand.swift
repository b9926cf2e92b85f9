import ArgumentParser
import DeliveryEngine
import GatewayRuntime
import Glibc
import Logging
import Postgres
import ServiceLifecycle
import WebhookStore

/// `martlet process-webhooks`
struct ProcessWebhooksCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "process-webhooks",
        abstract: "Send all that is due, and every waiting batch, then stop: delivery-worker for cron.",
        discussion: """
            Subscriptions in queue mode `queued` without a batch interval are sent by this command alone: what waited when \
            it started. Runs may overlap each other and any number of workers: none sends what another has. It exits 0 \
            when nothing is due, or when the time is over and what is in flight has ended.
            """)

    @OptionGroup var timeLimit: TimeLimitFlag

    @OptionGroup var worker: DeliveryWorkerFlags
    @OptionGroup var database: DatabaseFlags
    @OptionGroup var receivers: ReceiverFlags
    @OptionGroup var shutdown: ShutdownFlags
    @OptionGroup var logs: LogFlags

    /// How long a database that does not answer is waited for.
    private static let connectDeadline: Duration = .seconds(5)

    func run() async throws {
        let settings = try readSettings()
        LogOutput.bootstrap(settings.log)
        let logger = Logger(label: "process-webhooks")
        let client = PostgresClient(settings.postgres, logger: logger)
        do {
            // The next run of cron is the one to wait for a database that is away.
            try await client.withSession(deadline: Self.connectDeadline) { _ in }
            let engine = DeliveryEngine(
                configuration: settings.engine(timeLimit: timeLimit.duration), database: client,
                subscriptions: SubscriptionStore(client, vault: SecretVault(settings.secretBox)),
                addressGuard: settings.receivers.addressGuard, logger: logger)
            // The engine keeps the grace itself, and gives its leases back after it.
            try await GracefulShutdown.group(
                of: [engine], grace: settings.shutdownGrace + .seconds(10), logger: logger
            ).run()
        } catch {
            await client.shutdown(grace: .zero)
            throw error
        }
        await client.shutdown()
    }

    private func readSettings() throws -> DeliveryWorkerConfiguration {
        let flags: [any SettingFlags] = [worker, database, receivers, shutdown, logs]
        do throws(ConfigurationError) {
            return try DeliveryWorkerConfiguration(flags: flags, databaseFault: PostgresConfiguration.fault(of:))
        } catch {
            throw error.report(program: "martlet")
        }
    }
}

extension DeliveryWorkerConfiguration {
    fileprivate var postgres: PostgresConfiguration {
        PostgresConfiguration(
            url: database.url.value, applicationName: "martlet process-webhooks", connectionsMax: 4)
    }

    fileprivate func engine(timeLimit: Duration?) -> DeliveryEngineConfiguration {
        DeliveryEngineConfiguration(
            concurrency: concurrency, subscriptionConcurrency: subscriptionConcurrency, lease: lease,
            userAgent: userAgent, workerName: "process-webhooks:\(getpid())", shutdownGrace: shutdownGrace,
            timeLimit: timeLimit, drains: true, flushes: true)
    }
}
