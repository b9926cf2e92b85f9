internal import CMigrations

/// One file of `sql/`, embedded in this binary.
struct EmbeddedSQL: Sendable {
    /// The path below `sql/`, e.g. `migrations/0001_create_configuration.sql`.
    let name: String
    let text: String

    /// The number a migration's file name begins with; `nil` for other files.
    var version: Int32? {
        Int32(name.drop { $0 != "/" }.dropFirst().prefix { $0 != "_" })
    }

    /// The numbered migrations, in order.
    static let migrations = files(martlet_migrations_list(), count: martlet_migrations_count)

    /// Functions, triggers, views and grants: replaced as a whole when any of them changes.
    static let functions = files(martlet_functions_list(), count: martlet_functions_count)

    private static func files(_ first: UnsafePointer<martlet_sql_file>, count: Int) -> [EmbeddedSQL] {
        UnsafeBufferPointer(start: first, count: count).map { file in
            EmbeddedSQL(
                name: String(cString: file.name),
                text: String(decoding: UnsafeBufferPointer(start: file.text, count: file.length), as: UTF8.self))
        }
    }
}
