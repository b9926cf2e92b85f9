import GatewayCrypto
import Testing
import WebhookCore
import WebhookStore

/// Signed pushes to a table, as a server would store them.
struct TablePushes: Sendable {
    let id: TableID
    let store: PushStore
    private let tenant: String

    init(to id: TableID, in store: TestStore, tenant: String = "default") throws {
        self.id = id
        self.tenant = tenant
        self.store = PushStore(store.database, vault: SecretVault(try SecretBox(masterKeys: [TestStore.masterKey])))
    }

    /// The secret of the table, which gets one if it has none.
    func secret() async throws -> KnownSecret {
        if case .known(let known) = try await store.secret(of: id) { return known }
        let secret = TableSecret(SecureRandom.text(TableSecret.characterCount))
        _ = try await store.setSecret(secret, of: id, tenant: tenant)
        guard case .known(let known) = try await store.secret(of: id) else { throw NoSecret() }
        return known
    }

    @discardableResult
    func push(_ body: String) async throws -> PushOutcome {
        try await store.store(TablePush(Array(body.utf8)), to: id, signedWith: secret())
    }

    private struct NoSecret: Error {}
}
