import GatewayCrypto
import GatewayRuntime
import WebhookStore

/// The two servers of `martlet dev`.
struct DevServers: Sendable {
    let settings: DevSettings
    let ports: DevPorts
    let database: DevDatabase
    let keys: DevKeys

    /// Starts both, runs `body` when they are ready, and stops both.
    ///
    /// - Throws: what `body` throws, or that a server has ended by itself.
    func run(_ body: @escaping @Sendable () async throws -> Void) async throws {
        let log = ChildLog(settings)
        let ingest = try await ChildServer.start(
            "ingest-server", environment: environment(log), readyMessage: "listening on", log: log)
        try await stopping(ingest) {
            let worker = try await ChildServer.start(
                "delivery-worker", environment: environment(log), readyMessage: "worker registered", log: log)
            try await stopping(worker) {
                try await ingest.waitUntilReady()
                try await worker.waitUntilReady()
                try await withThrowingTaskGroup { group in
                    group.addTask { try await ingest.watch() }
                    group.addTask { try await worker.watch() }
                    group.addTask { try await body() }
                    defer { group.cancelAll() }
                    try await group.next()
                }
            }
        }
    }

    private func stopping(_ server: ChildServer, _ body: () async throws -> Void) async throws {
        try await finally(body) { [grace = settings.shutdownGrace] in await server.stop(grace: grace) }
    }

    private func environment(_ log: ChildLog) -> [String: String] {
        var environment = SettingsReader.currentEnvironment
        let allowed = [settings.allowedAddresses, DevEnvironment.receiverNetwork].compactMap { $0 }
        let own: [Setting: String] = [
            .databaseURL: database.configuration.url.value,
            .masterKey: keys.masterKeys.value,
            .listen: "\(ports.ingest)",
            .workerListen: ports.worker.map { "\($0)" } ?? "",
            .allowHTTP: "true",
            .allowAddresses: allowed.joined(separator: ","),
            // We read their logs: one line says that they are ready.
            .logLevel: log.levelOfServers.rawValue,
            .logFormat: LogConfiguration.Format.json.rawValue,
        ]
        for (setting, text) in own { environment[setting.variable] = text }
        return environment
    }
}

extension SecretVault {
    /// - Parameter masterKeys: in the form of `MARTLET_MASTER_KEY`.
    init(masterKeys: Secret) throws {
        self.init(try SecretBox(masterKeys: SecretBox.masterKeys(parsing: masterKeys.value)))
    }
}
