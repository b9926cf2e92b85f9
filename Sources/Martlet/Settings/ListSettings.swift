import ArgumentParser
import JSONFilter
import WebhookCore
import WebhookStore

/// `martlet settings list`
struct ListSettings: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the settings.")

    @OptionGroup var access: CommandAccess

    func run() async throws {
        let values = try await access.withDatabase { client in try await SettingStore(client).all() }
        let known = GatewaySetting.allCases.compactMap { setting in values[setting].map { (setting, $0) } }
        if access.json {
            var writer = JSONWriter()
            writer.beginObject()
            for (setting, value) in known {
                writer.name(setting.rawValue)
                if setting.isNumber, let number = Int(value) { writer.integer(number) } else { writer.string(value) }
            }
            writer.endObject()
            StandardStreams.print(writer.bytes)
        } else {
            var table = Table(["SETTING", "VALUE"], empty: "there is no setting")
            table.rows = known.map { [$0.rawValue, $1] }
            StandardStreams.print(table.text)
        }
    }
}
