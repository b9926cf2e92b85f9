import ArgumentParser

/// `martlet keys`
struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Who may use the HTTP API.",
        subcommands: [ListKeys.self, CreateKey.self, DeleteKey.self])
}
