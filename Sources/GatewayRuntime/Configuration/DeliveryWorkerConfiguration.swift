public import GatewayCrypto
import WebhookCore

/// Everything that `delivery-worker` is told at its start.
public struct DeliveryWorkerConfiguration: Sendable, CustomStringConvertible {
    public let database: DatabaseConfiguration
    /// Where `/livez` and `/readyz` are served; `nil`: nowhere.
    public let listen: ListenAddress?
    /// Decrypts the subscriptions' secrets.
    public let secretBox: SecretBox
    public let receivers: ReceiverConfiguration
    /// Requests in flight, 1...10,000.
    public let concurrency: Int
    /// Requests in flight per subscription that sets no limit of its own, 1...1,000.
    public let subscriptionConcurrency: Int
    /// How long a claim holds after its worker died, 1 s...1 h.
    public let lease: Duration
    public let userAgent: String
    /// How long requests in flight may take after SIGTERM.
    public let shutdownGrace: Duration
    public let log: LogConfiguration

    /// - Parameter databaseFault: see ``DatabaseConfiguration/read(from:fault:)``.
    /// - Throws: ``ConfigurationError`` with every problem at once.
    public init(
        flags: [any SettingFlags], environment: [String: String] = SettingsReader.currentEnvironment,
        databaseFault: (_ url: String) -> String? = { _ in nil }
    ) throws(ConfigurationError) {
        var settings = SettingsReader(flags: flags, environment: environment)
        let database = DatabaseConfiguration.read(from: &settings, fault: databaseFault)
        let secretBox = SecretBox.read(from: &settings)
        listen = settings.value(.workerListen, default: Defaults.workerListen) { text throws(SettingError) in
            text.isEmpty ? nil : try ListenAddress(text)
        }
        receivers = ReceiverConfiguration.read(from: &settings)
        concurrency = settings.value(.concurrency, default: 256, SettingText.integer(in: 1...10_000))
        subscriptionConcurrency = settings.value(
            .subscriptionConcurrency, default: 16, SettingText.integer(in: 1...1_000))
        lease = settings.value(
            .lease, default: .seconds(60), SettingText.duration(in: .seconds(1) ... .seconds(3600)))
        userAgent = settings.value(.userAgent, default: Defaults.userAgent, SettingText.headerValue)
        shutdownGrace = Defaults.shutdownGrace(from: &settings)
        log = LogConfiguration.read(from: &settings)
        try settings.finish()
        guard let database, let secretBox else { throw settings.failure }
        self.database = database
        self.secretBox = secretBox
    }

    /// For the log at the start: no secret is in it.
    public var description: String {
        SettingsSummary.text([
            (.databaseURL, "\(database)"),
            (.workerListen, listen.map { "\($0)" } ?? ""),
            (.masterKey, "[set]"),
            (.allowHTTP, "\(receivers.allowHTTP)"),
            (.allowAddresses, SettingsSummary.list(receivers.allowedAddresses)),
            (.concurrency, "\(concurrency)"),
            (.subscriptionConcurrency, "\(subscriptionConcurrency)"),
            (.lease, DurationText.format(lease)),
            (.userAgent, userAgent),
            (.shutdownGrace, DurationText.format(shutdownGrace)),
            (.logLevel, log.level.rawValue),
            (.logFormat, log.format.rawValue),
        ])
    }
}
