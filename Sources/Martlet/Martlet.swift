import ArgumentParser
import GatewayRuntime

/// The operator's command.
@main
struct Martlet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "martlet",
        abstract: "Operate a webhook gateway: its database, its subscriptions, its keys.",
        discussion: """
            Settings come from flags and from the environment; a flag wins. `martlet dev` needs none.
            Exit codes: 0 done, 1 failed, 64 wrong usage, 78 a setting is wrong or missing.
            """,
        version: Version.current,
        subcommands: [
            DevCommand.self, MigrateCommand.self, DispatchCommand.self, ProcessWebhooksCommand.self,
            SubscriptionsCommand.self, TablesCommand.self, SourcesCommand.self, PluginsCommand.self,
            DeliveriesCommand.self, StatsCommand.self,
            SettingsCommand.self, KeysCommand.self, DoctorCommand.self, ListenCommand.self, SignCommand.self,
            VerifyCommand.self, PsqlCommand.self,
        ])

    static func main() async {
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let error as UsageError {
            StandardStreams.printError("Error: \(error)")
            exit(withError: ExitCode.validationFailure)
        } catch {
            exit(withError: error)
        }
    }
}
