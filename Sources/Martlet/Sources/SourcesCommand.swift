import ArgumentParser

/// `martlet sources`
struct SourcesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sources",
        abstract: "Which outside systems push events, and how they sign them.",
        subcommands: [
            ListSources.self, CreateSource.self, ShowSource.self, UpdateSource.self, DeleteSource.self,
        ])
}
