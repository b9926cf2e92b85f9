import ArgumentParser
import JSONFilter
import WebhookCore
import WebhookStore

/// `martlet plugins install`
struct InstallPluginFile: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "install",
        abstract: "Register the event types of a plugin. What is registered already stays as it is.",
        discussion: """
            The file holds one JSON object:
            {"name": "shop", "content_tables": ["products"],
             "webhook_events": [{"name": "stock.low", "type": "manual", "description": "…"}]}
            Each content table makes the event types item.TABLE.created, .updated and .deleted.
            """)

    @Argument(help: "The file, or - for standard input.")
    var file: String

    @OptionGroup var access: CommandAccess

    func run() async throws {
        let manifest = try manifest(file == "-" ? InputFile.readStandardInput() : InputFile.read(file))
        let count = try await access.withDatabase { client in try await RegistryStore(client).install(manifest) }
        if access.json {
            var writer = JSONWriter()
            writer.beginObject()
            writer.name("plugin")
            writer.string(manifest.name)
            writer.name("registered")
            writer.integer(count)
            writer.endObject()
            StandardStreams.print(writer.bytes)
        } else {
            StandardStreams.print("registered \(count) event types of \(manifest.name)")
        }
    }

    private func manifest(_ bytes: [UInt8]) throws -> PluginManifest {
        let document: JSONValue
        do throws(JSONError) {
            document = try JSONValue(parsing: bytes)
        } catch {
            throw UsageError("\(file) is no JSON: \(error)")
        }
        return try usage { () throws(WebhookCore.ValidationError) in try PluginManifest(name: nil, document) }
    }
}
