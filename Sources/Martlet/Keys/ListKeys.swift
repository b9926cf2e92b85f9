import ArgumentParser
import JSONFilter
import WebhookStore

/// `martlet keys list`
struct ListKeys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the API keys.")

    @Option(help: "Only those bound to this tenant.")
    var tenant: String?

    @OptionGroup var access: CommandAccess

    private static let pageSize = 100

    func run() async throws {
        let keys = try await access.withDatabase { client in try await all(in: KeyStore(client)) }
        if access.json {
            var writer = JSONWriter()
            writer.beginArray()
            for key in keys { writer.apiKey(key) }
            writer.endArray()
            StandardStreams.print(writer.bytes)
        } else {
            var table = Table(["ID", "NAME", "ROLE", "TENANT", "KEY", "CREATED"], empty: "there is no key")
            table.rows = keys.map { key in
                [
                    "\(key.id)", key.name, key.role.rawValue, key.tenant ?? "every", "\(key.prefix)…",
                    key.createdAt.rfc3339(),
                ]
            }
            StandardStreams.print(table.text)
        }
    }

    private func all(in store: KeyStore) async throws -> [APIKey] {
        var found: [APIKey] = []
        while true {
            let page = try await store.list(tenant: tenant, after: found.last?.id, limit: Self.pageSize)
            found += page
            if page.count < Self.pageSize { return found }
        }
    }
}
