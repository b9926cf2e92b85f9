import ArgumentParser
import JSONFilter
import WebhookStore

/// `martlet sources list`
struct ListSources: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the sources of a tenant.")

    @OptionGroup var access: SourceAccess

    private static let pageSize = 100

    func run() async throws {
        let sources = try await access.withStore { store in try await all(in: store) }
        if access.json {
            var writer = JSONWriter()
            writer.beginArray()
            for source in sources { writer.source(source) }
            writer.endArray()
            StandardStreams.print(writer.bytes)
        } else {
            var table = Table(
                ["NAME", "SCHEME", "STATE", "PATH", "EVENTS"],
                empty: "the tenant \(access.tenant) has no source")
            table.rows = sources.map { source in
                let name = source.settings.name
                return [
                    "\(name)", source.settings.scheme.rawValue, source.stateText, "/in/\(name)", "source.\(name).*",
                ]
            }
            StandardStreams.print(table.text)
        }
    }

    private func all(in store: SourceStore) async throws -> [StoredSource] {
        var found: [StoredSource] = []
        while true {
            let page = try await store.list(
                tenant: access.tenant, after: found.last?.settings.name.text, limit: Self.pageSize)
            found += page
            if page.count < Self.pageSize { return found }
        }
    }
}
