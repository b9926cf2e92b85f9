public import Hummingbird
public import Postgres
public import WebhookStore

/// The pages that people look at, beside the API.
public struct ManagementPages: Sendable {
    private let publicTables: PublicTablePages

    /// - Parameters:
    ///   - database: a client of its own: a page may sort a large table, and nothing that is being accepted shall wait
    ///     behind that.
    ///   - release: of the program.
    public init(database: PostgresClient, release: String) throws {
        publicTables = PublicTablePages(
            tables: PublicTableStore(database), templates: try Templates(), release: release)
    }

    /// `nil`: there is no page at that path for that method.
    ///
    /// The answer is made aside of the threads that serve connections: a large page takes some milliseconds.
    public func respond(to request: Request, keys: KeyDirectory) async throws -> Response? {
        guard request.method == .get || request.method == .head, let path = PublicTablePath(request.uri.path[...])
        else { return nil }
        return try await withTaskExecutorPreference(globalConcurrentExecutor) {
            try await publicTables.respond(to: request, at: path)
        }
    }
}
