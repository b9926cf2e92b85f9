import ArgumentParser
import WebhookCore
import WebhookStore

/// `martlet settings set`
struct SetSetting: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "set", abstract: "Change a setting.")

    @Argument(help: "queue_mode, event_order or retention_days.")
    var name: String

    @Argument(help: "Its new value.")
    var value: String

    @OptionGroup var access: CommandAccess

    func validate() throws {
        do throws(WebhookCore.ValidationError) {
            try GatewaySetting(name: name).check(value)
        } catch {
            throw ArgumentParser.ValidationError(error.description)
        }
    }

    func run() async throws {
        let setting = try GatewaySetting(name: name)
        try await access.withDatabase { client in try await SettingStore(client).set([setting: value]) }
        StandardStreams.print("\(name) is \(value)")
    }
}
