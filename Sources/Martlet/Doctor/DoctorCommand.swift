import ArgumentParser
import GatewayCrypto
import GatewayRuntime
import JSONFilter
import Postgres
import WebhookStore

/// `martlet doctor`
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Look whether everything is as it should be, and say what to do.",
        discussion: "A line for each check: ok, warn or fail. The exit code is 1 when one fails.")

    @OptionGroup var databaseFlags: DatabaseFlags

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let settings = try CommandSettings.read([databaseFlags], DoctorSettings.read)
        let findings = await findings(settings)
        if json {
            var writer = JSONWriter()
            writer.beginArray()
            for finding in findings { writer.finding(finding) }
            writer.endArray()
            StandardStreams.print(writer.bytes)
        } else {
            for finding in findings { StandardStreams.print(Self.text(finding)) }
        }
        if findings.contains(where: { $0.level == .fail }) { throw ExitCode.failure }
    }

    private func findings(_ settings: DoctorSettings) async -> [Finding] {
        do {
            return try await DatabaseAccess.with(settings.database) { client in
                await Checkup(
                    client: client,
                    subscriptions: SubscriptionStore(client, vault: SecretVault(settings.secretBox)),
                    bootstrapKeyIsSet: settings.adminKeyIsSet, ingest: settings.listen, worker: settings.workerListen
                ).findings()
            }
        } catch {
            return [
                .fail(
                    "database", "\(error)", advice: "is the server of DATABASE_URL (\(settings.database)) running?")
            ]
        }
    }

    private static func text(_ finding: Finding) -> String {
        let level = finding.level.rawValue.padded(to: 6)
        let place = finding.place.padded(to: 24)
        let line = level + place + TerminalText.line(finding.text)
        guard let advice = finding.advice else { return line }
        return line + "\n" + "".padded(to: 30) + "-> " + TerminalText.line(advice)
    }
}

/// What the doctor is told.
private struct DoctorSettings {
    let database: DatabaseConfiguration
    let secretBox: SecretBox
    let adminKeyIsSet: Bool
    let listen: ListenAddress
    let workerListen: ListenAddress?

    static func read(from settings: inout SettingsReader) -> DoctorSettings? {
        let database = DatabaseConfiguration.readChecked(from: &settings)
        let secretBox = SecretBox.read(from: &settings)
        let adminKey = settings.optional(.adminKey, SettingText.text)
        let listen = settings.value(.listen, default: Defaults.listen, ListenAddress.init)
        let workerListen = settings.value(.workerListen, default: Defaults.workerListen as ListenAddress?) {
            text throws(SettingError) in text.isEmpty ? nil : try ListenAddress(text)
        }
        guard let database, let secretBox else { return nil }
        return DoctorSettings(
            database: database, secretBox: secretBox, adminKeyIsSet: adminKey != nil, listen: listen,
            workerListen: workerListen)
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(1, width - count))
    }
}
