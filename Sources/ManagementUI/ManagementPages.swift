public import GatewayCrypto
public import Hummingbird
public import Logging
public import Postgres
public import WebhookStore

/// The pages that people look at, beside the API.
public struct ManagementPages: Sendable {
    private let publicTables: PublicTablePages
    private let console: Console

    /// - Parameters:
    ///   - database: a client of its own: a page may sort a large table, and nothing that is being accepted shall wait
    ///     behind that.
    ///   - tables: one that may write, for what is managed here.
    ///   - secretBox: seals sessions, and the secrets that are made here.
    ///   - release: of the program.
    public init(
        database: PostgresClient, tables: PostgresClient, secretBox: SecretBox, release: String, logger: Logger
    ) throws {
        let templates = try Templates()
        publicTables = PublicTablePages(tables: PublicTableStore(database), templates: templates, release: release)
        console = Console(
            sections: [
                TablePages(tables: TableStore(tables), pushes: PushStore(tables, vault: SecretVault(secretBox)))
            ],
            templates: templates, seal: SessionSeal(box: secretBox), logger: logger)
    }

    /// `nil`: there is no page at that path for that method.
    ///
    /// The answer is made aside of the threads that serve connections: a large page takes some milliseconds.
    public func respond(to request: Request, keys: KeyDirectory) async throws -> Response? {
        if let path = ConsolePath(request.uri.path) {
            return try await withTaskExecutorPreference(globalConcurrentExecutor) {
                try await console.respond(to: request, at: path, keys: keys)
            }
        }
        guard request.method == .get || request.method == .head, let path = PublicTablePath(request.uri.path[...])
        else { return nil }
        return try await withTaskExecutorPreference(globalConcurrentExecutor) {
            try await publicTables.respond(to: request, at: path)
        }
    }
}
