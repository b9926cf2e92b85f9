public import Postgres
public import WebhookCore

/// The secrets of tables, sealed on the way in and opened to check a push; and the pushes themselves.
public struct PushStore: Sendable {
    private let database: PostgresClient
    private let vault: SecretVault

    public init(_ database: PostgresClient, vault: SecretVault) {
        self.database = database
        self.vault = vault
    }

    /// From now on pushes to the table are signed with `secret`, and the one before is void; `nil`: nobody pushes. False:
    /// there is no such table.
    public func setSecret(
        _ secret: TableSecret?, of id: TableID, tenant: String, deadline: Duration? = nil
    ) async throws -> Bool {
        let sealed = try secret.map { try vault.seal($0, of: id) }
        return try await database.execute(SetTableSecret(id: id, tenant: tenant, secret: sealed), deadline: deadline)
            .first
            ?? false
    }

    public func secret(of id: TableID, deadline: Duration? = nil) async throws(PostgresError) -> PushSecret {
        guard let found = try await database.execute(SelectTableSecret(id: id), deadline: deadline).first else {
            return .unknownTable
        }
        guard let sealed = found else { return .none }
        do {
            return .known(KnownSecret(secret: try vault.openSecret(sealed, of: id), sealed: sealed))
        } catch {
            return .unusable(reason: "\(error)")
        }
    }

    /// Stores `push`, which was signed with `secret`, together with the events that it causes.
    public func store(
        _ push: TablePush, to id: TableID, signedWith secret: KnownSecret, deadline: Duration? = nil
    ) async throws(PostgresError) -> PushOutcome {
        let outcome = try await database.execute(
            PushTable(id: id, secret: secret.sealed, push: push), deadline: deadline)
        guard let outcome = outcome.first else { throw .undecodable(detail: "martlet.push_table returned no row") }
        return outcome
    }
}

/// What pushes to a table are signed with.
public enum PushSecret: Sendable {
    case known(KnownSecret)
    case none
    /// There is one, and it does not open with the keys of this program.
    case unusable(reason: String)
    case unknownTable
}

/// A secret as it was read. A push is stored only if it still is the table's then.
public struct KnownSecret: Sendable {
    public let secret: TableSecret
    let sealed: [UInt8]
}
