import ArgumentParser
import GatewayRuntime
import Logging

/// `martlet dev`
struct DevCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dev",
        abstract: "Start everything in this directory, send a sample event through it, and keep serving.",
        discussion: """
            Database and keys are kept in .martlet. With DATABASE_URL the database is that one. Both servers, if they \
            are not told where to listen, take a free port when their default is in use. http:// URLs and 127.0.0.1 \
            are allowed as receivers here, and only here.
            """)

    @OptionGroup var databaseFlags: DatabaseFlags
    @OptionGroup var devFlags: DevFlags
    @OptionGroup var shutdownFlags: ShutdownFlags
    @OptionGroup var logFlags: LogFlags

    @Flag(help: "End after the sample event: exit code 0 when it arrived, else 1 (MARTLET_DEV_EXIT_AFTER_DEMO=1).")
    var exitAfterDemo = false

    func run() async throws {
        let settings = try CommandSettings.read([databaseFlags, devFlags, shutdownFlags, logFlags]) { reader in
            DevSettings(from: &reader, exitsAfterDemo: exitAfterDemo)
        }
        let logger = Logger(label: "martlet-dev") { _ in SwiftLogNoOpLogHandler() }
        let environment = DevEnvironment(
            settings: settings, directory: DevDirectory(path: DevDirectory.defaultPath), logger: logger)
        // The parts stop one after the other, each within its own bounds; this bound is for all of them.
        try await GracefulShutdown.group(of: [environment], grace: settings.shutdownGrace * 2, logger: logger).run()
    }
}

/// `--listen`, `--worker-listen`
struct DevFlags: ParsableArguments, SettingFlags {
    @Option(help: "The address of ingest-server, host:port (MARTLET_LISTEN; 127.0.0.1:8080).")
    var listen: String?

    @Option(help: "The address of delivery-worker; empty: none (MARTLET_WORKER_LISTEN; 127.0.0.1:9090).")
    var workerListen: String?

    var given: [Setting: String] {
        [.listen: listen, .workerListen: workerListen].compactMapValues { $0 }
    }
}
