import Foundation
import TestSupport
import Testing

@testable import WebhookStore

struct SchemaTests {
    /// `make schema` sets this, to write the file instead of holding the database to it.
    private static let writes = ProcessInfo.processInfo.environment["MARTLET_WRITE_SCHEMA"] != nil

    @Test func `migrations and functions add up to the schema file`() async throws {
        try await withDatabase(template: .migrated) { url in
            let schema = try await SchemaDump.text(of: url)
            if Self.writes {
                let text =
                    "-- What the migrations and functions add up to. Written by `make schema`; do not edit.\n\n\(schema)"
                try text.write(to: Repository.url("sql/schema.sql"), atomically: true, encoding: .utf8)
            }
            #expect(try SchemaDump.file() == schema, "run `make schema` and look at what changed")
        }
    }

    @Test func `every file of sql is embedded, byte for byte`() throws {
        let migrations = try Repository.files(in: "sql/migrations").map { "migrations/\($0)" }
        #expect(EmbeddedSQL.migrations.map(\.name) == migrations)
        let functions = try Repository.files(in: "sql/functions").map { "functions/\($0)" }
        #expect(EmbeddedSQL.functions.map(\.name).sorted() == functions)
        for file in EmbeddedSQL.migrations + EmbeddedSQL.functions {
            #expect(try file.text == Repository.text("sql/\(file.name)"), "\(file.name)")
        }
    }

    @Test func `migrations are numbered from 1 without a gap`() {
        let versions = EmbeddedSQL.migrations.map(\.version)
        #expect(versions == (1...Int32(versions.count)).map { $0 })
    }
}
