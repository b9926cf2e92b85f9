import ArgumentParser
import JSONFilter
import WebhookCore

/// `martlet tables secret`
struct TableSecretCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "secret", abstract: "What pushes into a table are signed with.",
        subcommands: [GenerateTableSecret.self, DisableTableSecret.self])
}

/// `martlet tables secret generate`, and `rotate`
struct GenerateTableSecret: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate", abstract: "Make a secret and print it, once; the one before is void.",
        aliases: ["rotate"])

    @Argument(help: "The table's id.")
    var id: TableID

    @OptionGroup var access: TableAccess

    func run() async throws {
        let secret = TableSecret.generate()
        try await access.setSecret(secret, of: id)
        if access.json {
            var writer = JSONWriter()
            writer.beginObject()
            writer.name("id")
            writer.string("\(id)")
            writer.name("path")
            writer.string("/v1/tables/\(id)/webhook")
            writer.name("secret")
            writer.string(secret.text)
            writer.endObject()
            StandardStreams.print(writer.bytes)
        } else {
            StandardStreams.print("push: POST /v1/tables/\(id)/webhook")
            StandardStreams.print("secret (shown this once): \(secret.text)")
        }
    }
}

/// `martlet tables secret disable`
struct DisableTableSecret: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable", abstract: "Take no pushes until there is a new secret.")

    @Argument(help: "The table's id.")
    var id: TableID

    @OptionGroup var access: TableAccess

    func run() async throws {
        try await access.setSecret(nil, of: id)
        if !access.json { StandardStreams.print("table \(id) takes no pushes until it has a new secret") }
    }
}
