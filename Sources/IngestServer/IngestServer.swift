import ArgumentParser
import GatewayAPI
import GatewayRuntime
import Logging
import ManagementUI
import Postgres
import WebhookStore

/// The HTTP side of the gateway.
@main
struct IngestServer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ingest-server",
        abstract: "Accepts events and serves the API of the webhook gateway.",
        discussion: """
            Every setting is a flag or an environment variable; the flag wins. It needs DATABASE_URL and \
            MARTLET_MASTER_KEY, which have no default, and a database that `martlet migrate` has made. It runs until \
            SIGTERM or SIGINT, finishes the requests in flight, and exits 0.
            """,
        version: Version.current)

    @OptionGroup var server: IngestServerFlags
    @OptionGroup var database: DatabaseFlags
    @OptionGroup var receivers: ReceiverFlags
    @OptionGroup var shutdown: ShutdownFlags
    @OptionGroup var logs: LogFlags

    func run() async throws {
        let settings = try readSettings()
        LogOutput.bootstrap(settings.log)
        let logger = Logger(label: "ingest-server")
        logger.info("starting", metadata: ["version": "\(Version.current)", "settings": "\(settings)"])

        let client = PostgresClient(settings.postgres, logger: logger)
        let pageClient = PostgresClient(settings.postgresForPages, logger: logger)
        let tableClient = PostgresClient(settings.postgresForTables, logger: logger)
        let pages = try ManagementPages(
            database: pageClient, tables: tableClient, secretBox: settings.secretBox, release: Version.current,
            logger: logger)
        let server = GatewayServer(
            settings.server, database: client, tables: tableClient, logger: logger, pages: pages.respond)
        do {
            try await GracefulShutdown.group(of: [server], grace: settings.shutdownGrace, logger: logger).run()
        } catch {
            await client.shutdown(grace: .zero)
            await tableClient.shutdown(grace: .zero)
            await pageClient.shutdown(grace: .zero)
            logger.critical("cannot serve", metadata: ["error": "\(error)"])
            throw ExitCode.failure
        }
        await client.shutdown()
        await tableClient.shutdown()
        await pageClient.shutdown()
        logger.info("stopped")
    }

    private func readSettings() throws -> IngestServerConfiguration {
        do throws(ConfigurationError) {
            return try IngestServerConfiguration(
                flags: [server, database, receivers, shutdown, logs], databaseFault: PostgresConfiguration.fault(of:))
        } catch {
            throw error.report(program: "ingest-server")
        }
    }
}

extension IngestServerConfiguration {
    fileprivate var postgres: PostgresConfiguration {
        PostgresConfiguration(
            url: database.url.value, applicationName: "martlet ingest-server", deadline: DatabaseDeadline.request,
            // Statements share connections: one that waits for a row, such as an idempotency key of an application's
            // open transaction, must not hold up those behind it.
            sessionSettings: DatabaseSession.settings + [("lock_timeout", "250ms")])
    }

    /// Pushes into one table wait for one another, on connections of their own.
    fileprivate var postgresForTables: PostgresConfiguration {
        PostgresConfiguration(
            url: database.url.value, applicationName: "martlet ingest-server tables", connectionsMax: 8,
            deadline: DatabaseDeadline.request,
            sessionSettings: DatabaseSession.settings + [("lock_timeout", "10s")])
    }

    /// Pages have connections of their own, and few: a reader who sorts a large table keeps nobody waiting but readers.
    fileprivate var postgresForPages: PostgresConfiguration {
        PostgresConfiguration(
            url: database.url.value, applicationName: "martlet ingest-server pages", connectionsMax: 2,
            deadline: .seconds(5),
            sessionSettings: DatabaseSession.settings + [("default_transaction_read_only", "on")], waitersMax: 200)
    }

    fileprivate var server: GatewayServerConfiguration {
        GatewayServerConfiguration(
            host: listen.host, port: listen.port, adminKey: adminKey?.value, allowHTTP: receivers.allowHTTP,
            addressGuard: receivers.addressGuard, secretVault: SecretVault(secretBox),
            sensitiveKeywords: sensitiveKeywords)
    }
}
