import ArgumentParser
import JSONFilter
import WebhookCore
import WebhookStore

/// `martlet tables list`
struct ListTables: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the tables of a tenant.")

    @OptionGroup var access: TableAccess

    private static let pageSize = 100

    func run() async throws {
        let tables = try await access.withStore { store in try await all(in: store) }
        if access.json {
            var writer = JSONWriter()
            writer.beginArray()
            for table in tables { writer.table(table) }
            writer.endArray()
            StandardStreams.print(writer.bytes)
        } else {
            var list = Table(
                ["ID", "TITLE", "NAME", "ROWS", "VERSION", "PUSH", "PUBLIC"],
                empty: "the tenant \(access.tenant) has no table")
            list.rows = tables.map { table in
                [
                    "\(table.id)", table.title, table.name, "\(table.rowCount)", "\(table.version)",
                    table.acceptsPushes ? "on" : "off", table.isPublic ? "yes" : "no",
                ]
            }
            StandardStreams.print(list.text)
        }
    }

    private func all(in store: TableStore) async throws -> [StoredTable] {
        var found: [StoredTable] = []
        while true {
            let page = try await store.list(tenant: access.tenant, after: found.last?.id, limit: Self.pageSize)
            found += page
            if page.count < Self.pageSize { return found }
        }
    }
}
