import GatewayCrypto
import GatewayRuntime
import Postgres
import WebhookStore

/// The two keys of `martlet dev`: made once, then kept.
struct DevKeys: Sendable {
    let masterKeys: Secret
    let adminKey: Secret
    /// How a shell gets the admin key.
    let adminKeyExpression: String

    private static let keyName = "martlet dev"

    static func masterKeys(_ settings: DevSettings, _ directory: DevDirectory) throws -> Secret {
        if let given = settings.masterKey { return given }
        if let kept = directory.read(directory.masterKeyFile) { return Secret(kept) }
        let made = Base64.encode(SecureRandom.bytes(32))
        try directory.keep(made, in: directory.masterKeyFile)
        return Secret(made)
    }

    /// - Parameter database: migrated.
    static func prepare(
        _ settings: DevSettings, _ directory: DevDirectory, masterKeys: Secret, _ database: PostgresClient
    ) async throws -> DevKeys {
        if let given = settings.adminKey {
            return DevKeys(masterKeys: masterKeys, adminKey: given, adminKeyExpression: "$MARTLET_ADMIN_KEY")
        }
        return DevKeys(
            masterKeys: masterKeys, adminKey: try await adminKey(directory, KeyStore(database)),
            adminKeyExpression: "$(cat \(directory.adminKeyFile))")
    }

    /// The key that was kept, if this database knows it: it may be another one than the last time.
    private static func adminKey(_ directory: DevDirectory, _ store: KeyStore) async throws -> Secret {
        if let kept = directory.read(directory.adminKeyFile), try await store.find(kept)?.role == .admin {
            return Secret(kept)
        }
        let (made, _) = try await store.create(name: keyName, role: .admin, tenant: nil)
        try directory.keep(made, in: directory.adminKeyFile)
        return Secret(made)
    }
}
