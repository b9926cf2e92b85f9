public import Postgres
public import WebhookCore

/// Replays in the database: begun and watched here, advanced by the workers.
public struct ReplayStore: Sendable {
    /// So many deliveries are queued before the answer; what is left is the workers' duty.
    private static let rowsAtOnce = 1_000

    private let database: PostgresClient

    public init(_ database: PostgresClient) {
        self.database = database
    }

    public func start(
        _ request: ReplayRequest, tenant: String, deadline: Duration? = nil
    ) async throws(PostgresError) -> ReplayAnswer {
        try await database.execute(
            StartReplay(request: request, tenant: tenant, rows: Self.rowsAtOnce), deadline: deadline
        ).first ?? .noSuchSubscription
    }

    public func find(
        _ id: ReplayID, tenant: String, deadline: Duration? = nil
    ) async throws(PostgresError) -> StoredReplay? {
        try await database.execute(SelectReplay(id: id, tenant: tenant), deadline: deadline).first
    }

    /// Nothing more is queued; what is, goes out. False: there is no such replay. One that has ended stays as it is.
    public func cancel(_ id: ReplayID, tenant: String, deadline: Duration? = nil) async throws(PostgresError) -> Bool {
        try await (database.execute(CancelReplay(id: id, tenant: tenant), deadline: deadline).first ?? nil) != nil
    }
}
