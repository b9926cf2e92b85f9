internal import GatewayCrypto
public import Postgres

/// API keys in the database. A key is 256 random bits, so a plain SHA-256 of it is all that needs to be stored.
public struct KeyStore: Sendable {
    private let database: PostgresClient

    public init(_ database: PostgresClient) {
        self.database = database
    }

    /// Makes a key. `key` is shown to whoever asked for it and cannot be shown again.
    public func create(
        name: String, role: Role, tenant: String?, deadline: Duration? = nil
    ) async throws(PostgresError) -> (key: String, stored: APIKey) {
        let key = "mk_" + Base64.encodeURL(SecureRandom.bytes(32))
        let inserted = try await database.execute(
            InsertKey(
                name: name, role: role, tenant: tenant, prefix: String(key.prefix(9)), hash: KeyHash(of: key).bytes),
            deadline: deadline)
        guard let stored = inserted.first else { throw .undecodable(detail: "an INSERT returned no row") }
        return (key, stored)
    }

    /// - Parameter tenant: `nil` for the keys of every tenant and those bound to none.
    public func list(
        tenant: String?, after: Int32?, limit: Int, deadline: Duration? = nil
    ) async throws(PostgresError) -> [APIKey] {
        try await database.execute(SelectKeys(tenant: tenant, after: after ?? 0, limit: limit), deadline: deadline)
    }

    public func find(_ key: String, deadline: Duration? = nil) async throws(PostgresError) -> APIKey? {
        try await find(KeyHash(of: key), deadline: deadline)
    }

    public func find(_ key: KeyHash, deadline: Duration? = nil) async throws(PostgresError) -> APIKey? {
        try await database.execute(SelectKeyByHash(hash: key.bytes), deadline: deadline).first
    }

    /// False: there is no such key within `tenant` (`nil`: any).
    public func delete(_ id: Int32, tenant: String?, deadline: Duration? = nil) async throws(PostgresError) -> Bool {
        try await !database.execute(DeleteKey(id: id, tenant: tenant), deadline: deadline).isEmpty
    }
}
