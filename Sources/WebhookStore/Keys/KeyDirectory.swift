public import Postgres

/// Tells who holds a key: what the database says, remembered for a moment, and the key that is accepted besides.
public struct KeyDirectory: Sendable {
    private let keys: KeyStore
    private let cache = KeyCache()
    /// Accepted also while the database is away.
    private let adminKey: KeyHash?

    /// - Parameter adminKey: holds everything besides the keys in the database; `nil`: only those.
    public init(_ keys: KeyStore, adminKey: KeyHash?) {
        (self.keys, self.adminKey) = (keys, adminKey)
    }

    /// `nil`: there is no such key, or no more.
    public func caller(
        holding key: KeyHash, deadline: @autoclosure () -> Duration? = nil
    ) async throws(PostgresError) -> Caller? {
        if key == adminKey { return Caller(role: .admin, tenant: nil) }
        if let caller = cache.value(of: key) { return caller }

        let generation = cache.generation
        guard let stored = try await keys.find(key, deadline: deadline()) else { return nil }
        let caller = Caller(role: stored.role, tenant: stored.tenant)
        cache.insert(caller, of: key, readIn: generation)
        return caller
    }

    /// Something has changed: the database is asked again.
    public func forget() { cache.clear() }
}

/// Keys that were found in the database a moment ago, and whose they are.
typealias KeyCache = RecentCache<KeyHash, Caller>
