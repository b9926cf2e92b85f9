/// A database that many tests start from, made once a process and copied for each.
public struct DatabaseTemplate: Sendable {
    /// Tells templates apart.
    public let name: String
    /// Fills the empty database at this URL. It must leave no connection open: PostgreSQL copies only what nobody uses.
    public let prepare: @Sendable (_ url: String) async throws -> Void

    public init(name: String, prepare: @escaping @Sendable (_ url: String) async throws -> Void) {
        self.name = name
        self.prepare = prepare
    }
}

/// Makes each template once, however many tests ask for it at the same time.
actor DatabaseTemplates {
    private var made: [String: Task<String, any Error>] = [:]

    /// The name of the database to copy.
    func database(
        of template: DatabaseTemplate,
        create: @escaping @Sendable () async throws -> String,
        url: @escaping @Sendable (String) -> String
    ) async throws -> String {
        if let making = made[template.name] { return try await making.value }
        let making = Task {
            let database = try await create()
            try await template.prepare(url(database))
            return database
        }
        made[template.name] = making
        return try await making.value
    }
}
