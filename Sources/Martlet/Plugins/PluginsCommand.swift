import ArgumentParser

/// `martlet plugins`
struct PluginsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plugins", abstract: "Which event types there are, and who emits them.",
        subcommands: [ListPlugins.self, InstallPluginFile.self])
}
