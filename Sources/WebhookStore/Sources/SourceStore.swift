public import Postgres
public import WebhookCore

/// Sources in the database: secrets sealed on the way in, opened only to verify.
public struct SourceStore: Sendable {
    private let database: PostgresClient
    private let vault: SecretVault

    public init(_ database: PostgresClient, vault: SecretVault) {
        self.database = database
        self.vault = vault
    }

    /// `nil`: the name is taken.
    public func create(
        _ settings: SourceSettings, secrets: [SourceSecret], tenant: String, deadline: Duration? = nil
    ) async throws -> StoredSource? {
        guard let id = try await database.execute(ReserveSourceID(), deadline: deadline).first else {
            throw PostgresError.undecodable(detail: "a statement that returns one row returned none")
        }
        let insert = InsertSource(
            id: id, tenant: tenant, settings: settings, secrets: try vault.seal(secrets, ofSource: id))
        return try await database.execute(insert, deadline: deadline).first
    }

    /// In the order of their names; `after` is the last one of the page before.
    public func list(
        tenant: String, after: String?, limit: Int, deadline: Duration? = nil
    ) async throws(PostgresError) -> [StoredSource] {
        try await database.execute(
            SelectSources(tenant: tenant, after: after ?? "", limit: limit), deadline: deadline)
    }

    /// - Parameter tenant: `nil`: whatever tenant's.
    public func find(
        _ name: SourceName, tenant: String?, deadline: Duration? = nil
    ) async throws(PostgresError) -> StoredSource? {
        try await database.execute(SelectSource(name: name.text, tenant: tenant), deadline: deadline).first
    }

    /// Replaces the settings of `current`. `nil`: somebody changed or deleted the source meanwhile.
    ///
    /// - Parameter secrets: `nil`: those there are.
    public func update(
        _ current: StoredSource, to settings: SourceSettings, secrets: [SourceSecret]?, deadline: Duration? = nil
    ) async throws -> StoredSource? {
        try await database.execute(
            UpdateSource(
                id: current.id, tenant: current.tenant, version: current.version, settings: settings,
                secrets: try secrets.map { try vault.seal($0, ofSource: current.id) }),
            deadline: deadline
        ).first
    }

    /// False: there is no such source.
    public func delete(
        _ name: SourceName, tenant: String, deadline: Duration? = nil
    ) async throws(PostgresError) -> Bool {
        try await !database.execute(DeleteSource(name: name.text, tenant: tenant), deadline: deadline).isEmpty
    }

    public func secrets(of source: StoredSource) throws -> [SourceSecret] {
        try vault.openSecrets(source.secrets, ofSource: source.id, scheme: source.settings.scheme)
    }
}
