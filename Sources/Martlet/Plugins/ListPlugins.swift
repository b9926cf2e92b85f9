import ArgumentParser
import JSONFilter
import WebhookStore

/// `martlet plugins list`
struct ListPlugins: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the event types, by the plugin that emits them.")

    @Option(help: "Only those of this plugin.")
    var plugin: String?

    @OptionGroup var access: CommandAccess

    private static let pageSize = 1_000

    func run() async throws {
        let types = try await access.withDatabase { client in try await all(in: RegistryStore(client)) }
        if access.json {
            var writer = JSONWriter()
            writer.beginArray()
            for type in types { writer.eventType(type) }
            writer.endArray()
            StandardStreams.print(writer.bytes)
        } else {
            var table = Table(["PLUGIN", "EVENT", "TYPE", "DESCRIPTION"], empty: "there is no event type")
            table.rows = types.map { [$0.key.plugin, $0.key.event, $0.kind, $0.description] }
            StandardStreams.print(table.text)
        }
    }

    private func all(in store: RegistryStore) async throws -> [RegisteredEventType] {
        var found: [RegisteredEventType] = []
        while true {
            let page = try await store.list(plugin: plugin, after: found.last?.key, limit: Self.pageSize)
            found += page
            if page.count < Self.pageSize { return found }
        }
    }
}

extension JSONWriter {
    /// The members of the HTTP API, under the same names.
    fileprivate mutating func eventType(_ type: RegisteredEventType) {
        beginObject()
        name("plugin")
        string(type.key.plugin)
        name("event")
        string(type.key.event)
        name("type")
        string(type.kind)
        name("content_table")
        string(type.contentTable)
        name("description")
        string(type.description)
        endObject()
    }
}
