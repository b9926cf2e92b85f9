import GatewayCrypto
import GatewayRuntime
import Logging

/// What `martlet dev` is told. Nothing is required.
struct DevSettings: Sendable {
    static let exitVariable = "MARTLET_DEV_EXIT_AFTER_DEMO"

    /// `nil`: a private PostgreSQL.
    let database: DatabaseConfiguration?
    /// `nil`: the default, or a free port when that is in use.
    let listen: ListenAddress?
    /// As `listen`; `.some(nil)`: nowhere.
    let workerListen: ListenAddress??
    /// `nil`: one of our own, made once.
    let masterKey: Secret?
    let adminKey: Secret?
    let sensitiveKeywords: [String]
    /// The text of the setting, to which `dev` adds its own.
    let allowedAddresses: String?
    let shutdownGrace: Duration
    /// `nil`: only what is wrong.
    let logLevel: Logger.Level?
    let logFormat: LogConfiguration.Format
    let exitsAfterDemo: Bool

    init?(from settings: inout SettingsReader, exitsAfterDemo: Bool) {
        database = settings.optional(.databaseURL, SettingText.text).flatMap { _ in
            DatabaseConfiguration.readChecked(from: &settings)
        }
        listen = settings.optional(.listen, ListenAddress.init)
        workerListen = settings.optional(.workerListen) { text throws(SettingError) -> ListenAddress? in
            text.isEmpty ? nil : try ListenAddress(text)
        }
        masterKey = settings.optional(.masterKey, SettingText.text).flatMap { text in
            SecretBox.read(from: &settings).map { _ in Secret(text) }
        }
        adminKey = settings.optional(.adminKey, SettingText.text).map(Secret.init)
        sensitiveKeywords = settings.value(.sensitiveKeywords, default: [], SettingText.list)
        allowedAddresses = settings.optional(.allowAddresses) { text throws(SettingError) in
            _ = try SettingText.networks(text)
            return text
        }
        shutdownGrace = Defaults.shutdownGrace(from: &settings)
        let log = LogConfiguration.read(from: &settings)
        logLevel = settings.optional(.logLevel, SettingText.text).map { _ in log.level }
        logFormat = settings.optional(.logFormat, SettingText.text).map { _ in log.format } ?? .text
        let wish = SettingsReader.currentEnvironment[Self.exitVariable] ?? ""
        // Anything but a no is a yes.
        self.exitsAfterDemo = exitsAfterDemo || (!wish.isEmpty && (try? SettingText.boolean(wish)) != false)
    }
}
