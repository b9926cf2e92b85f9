public import GatewayCrypto
import WebhookCore

/// Everything that `ingest-server` is told at its start.
public struct IngestServerConfiguration: Sendable, CustomStringConvertible {
    public let database: DatabaseConfiguration
    public let listen: ListenAddress
    /// Accepted besides the keys in the database; `nil` means only those.
    public let adminKey: Secret?
    /// Encrypts secrets at rest.
    public let secretBox: SecretBox
    public let receivers: ReceiverConfiguration
    /// Besides the six that every gateway filters.
    public let sensitiveKeywords: [String]
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
        listen = settings.value(.listen, default: Defaults.listen, ListenAddress.init)
        adminKey = settings.optional(.adminKey, SettingText.text).map(Secret.init)
        receivers = ReceiverConfiguration.read(from: &settings)
        sensitiveKeywords = settings.value(.sensitiveKeywords, default: [], SettingText.list)
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
            (.listen, "\(listen)"),
            (.adminKey, adminKey == nil ? "" : "[set]"),
            (.masterKey, "[set]"),
            (.allowHTTP, "\(receivers.allowHTTP)"),
            (.allowAddresses, SettingsSummary.list(receivers.allowedAddresses)),
            (.sensitiveKeywords, SettingsSummary.list(sensitiveKeywords)),
            (.shutdownGrace, DurationText.format(shutdownGrace)),
            (.logLevel, log.level.rawValue),
            (.logFormat, log.format.rawValue),
        ])
    }
}
