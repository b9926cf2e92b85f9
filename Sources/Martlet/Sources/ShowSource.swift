import ArgumentParser

/// `martlet sources show`
struct ShowSource: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a source; never its secrets.")

    @Argument(help: "The source's name.")
    var name: String

    @OptionGroup var access: SourceAccess

    func run() async throws {
        access.show(try await access.withStore { store in try await access.find(name, in: store) })
    }
}
