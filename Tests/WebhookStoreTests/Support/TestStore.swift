import GatewayCrypto
import Logging
import Postgres
import TestSupport
import WebhookCore
import WebhookStore

/// A migrated database of its own and what works on it.
struct TestStore: Sendable {
    /// No worker is registered under these: the queue does not ask, and only duties look for dead workers.
    static let worker = WorkerID(rawValue: 1_000_001)
    static let otherWorker = WorkerID(rawValue: 1_000_002)

    let url: String
    let database: PostgresClient
    let subscriptions: SubscriptionStore

    init(url: String, database: PostgresClient, masterKeys: [[UInt8]] = [TestStore.masterKey]) throws {
        self.url = url
        self.database = database
        subscriptions = SubscriptionStore(database, vault: SecretVault(try SecretBox(masterKeys: masterKeys)))
    }

    static let masterKey = [UInt8](0..<32)

    /// What the first column of each row holds, as text.
    func rows(_ sql: String) async throws(PostgresError) -> [String?] {
        try await database.execute(Query(sql))
    }

    /// The first column of the first row.
    func value(_ sql: String) async throws(PostgresError) -> String? {
        try await database.execute(Query(sql)).first ?? nil
    }

    /// Runs statements that return nothing.
    func run(_ script: String) async throws {
        try await database.withSession { try await $0.script(script) }
    }
}

/// Lends `body` a database that has just been migrated, and drops it afterwards.
@discardableResult
func withStore<R: Sendable>(_ body: (TestStore) async throws -> R) async throws -> R {
    try await withDatabase(template: .migrated) { url in
        try await withClient(url) { try await body(TestStore(url: url, database: $0)) }
    }
}

/// Lends `body` a client of the database at `url` and shuts it down afterwards.
///
/// - Parameter role: act with the rights of this role only.
@discardableResult
func withClient<R: Sendable>(
    _ url: String, role: String? = nil, connectionsMax: Int = 6, _ body: (PostgresClient) async throws -> R
) async throws -> R {
    let database = PostgresClient(
        PostgresConfiguration(
            url: url, connectionsMax: connectionsMax, sessionSettings: role.map { [("role", $0)] } ?? []),
        logger: Logger(label: "store-tests"))
    let result: R
    do {
        result = try await body(database)
    } catch {
        await database.shutdown()
        throw error
    }
    await database.shutdown()
    return result
}

extension DatabaseTemplate {
    /// What `Migrator` makes, and `public.query`, which `Query` calls.
    static let migrated = DatabaseTemplate(name: "migrated for the store") { url in
        try await withClient(url) { database in
            _ = try await Migrator(database).run()
            try await database.withSession { try await $0.script(Query.function) }
        }
    }
}
