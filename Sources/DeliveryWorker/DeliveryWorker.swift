import ArgumentParser
import DeliveryEngine
import GatewayAPI
import GatewayRuntime
import Glibc
import Logging
import Postgres
import ServiceLifecycle
import WebhookStore

/// The sending side of the gateway.
@main
struct DeliveryWorker: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delivery-worker",
        abstract: "Claims deliveries, sends signed requests and records what came of them.",
        discussion: """
            Every setting is a flag or an environment variable; the flag wins. It needs DATABASE_URL and \
            MARTLET_MASTER_KEY, which have no default, and a database that `martlet migrate` of this release has made, \
            for which it waits. Start as many as you like, on any number of hosts: they share the work. It runs until \
            SIGTERM or SIGINT, finishes what is in flight, gives back the rest, and exits 0.
            """,
        version: Version.current)

    @OptionGroup var timeLimit: TimeLimitFlag

    @Flag(help: "Exits 0 once nothing is due.")
    var drain = false

    @OptionGroup var worker: DeliveryWorkerFlags
    @OptionGroup var database: DatabaseFlags
    @OptionGroup var receivers: ReceiverFlags
    @OptionGroup var shutdown: ShutdownFlags
    @OptionGroup var logs: LogFlags

    func run() async throws {
        FreedMemory.keepForNextClaim()
        let settings = try readSettings()
        LogOutput.bootstrap(settings.log)
        let logger = Logger(label: "delivery-worker")
        logger.info("starting", metadata: ["version": "\(Version.current)", "settings": "\(settings)"])

        let client = PostgresClient(settings.postgres, logger: logger)
        let engine = DeliveryEngine(
            configuration: settings.engine(timeLimit: timeLimit.duration, drains: drain),
            database: client, subscriptions: SubscriptionStore(client, vault: SecretVault(settings.secretBox)),
            addressGuard: settings.receivers.addressGuard, logger: logger)
        var services: [any Service] = [engine]
        if let listen = settings.listen {
            services.insert(
                HealthServer(host: listen.host, port: listen.port, database: client, logger: logger), at: 0)
        }
        do {
            // The engine keeps the grace itself, and gives its leases back after it.
            try await GracefulShutdown.group(
                of: services, grace: settings.shutdownGrace + .seconds(10), logger: logger
            ).run()
        } catch {
            await client.shutdown(grace: .zero)
            logger.critical("cannot run", metadata: ["error": "\(error)"])
            throw ExitCode.failure
        }
        await client.shutdown()
        logger.info("stopped")
    }

    private func readSettings() throws -> DeliveryWorkerConfiguration {
        do throws(ConfigurationError) {
            return try DeliveryWorkerConfiguration(
                flags: [worker, database, receivers, shutdown, logs], databaseFault: PostgresConfiguration.fault(of:))
        } catch {
            throw error.report(program: "delivery-worker")
        }
    }
}

extension DeliveryWorkerConfiguration {
    fileprivate var postgres: PostgresConfiguration {
        // Beside the session of the registration: claims do not wait behind records, nor lanes behind the fast lane.
        PostgresConfiguration(
            url: database.url.value, applicationName: "martlet delivery-worker", connectionsMax: 4,
            connectionsEager: 3)
    }

    fileprivate func engine(timeLimit: Duration?, drains: Bool) -> DeliveryEngineConfiguration {
        DeliveryEngineConfiguration(
            concurrency: concurrency, subscriptionConcurrency: subscriptionConcurrency, lease: lease,
            userAgent: userAgent, workerName: "\(Self.hostName):\(getpid())", shutdownGrace: shutdownGrace,
            timeLimit: timeLimit, drains: drains)
    }

    private static var hostName: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "unknown" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
