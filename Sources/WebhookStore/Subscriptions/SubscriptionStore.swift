internal import GatewayCrypto
public import Postgres
public import WebhookCore

/// Subscriptions in the database: secrets sealed on the way in, opened only to sign.
public struct SubscriptionStore: Sendable {
    private let database: PostgresClient
    private let vault: SecretVault

    public init(_ database: PostgresClient, vault: SecretVault) {
        self.database = database
        self.vault = vault
    }

    public func create(
        _ settings: SubscriptionSettings, secret: SubscriptionSecret, tenant: String, deadline: Duration? = nil
    ) async throws -> StoredSubscription {
        let id = try await only(ReserveSubscriptionID(), deadline: deadline)
        let (visible, sealed) = try seal(settings, of: id)
        return try await only(
            InsertSubscription(
                id: id, tenant: tenant, settings: visible, secret: try vault.seal(secret, of: id),
                sealedHeaders: sealed),
            deadline: deadline)
    }

    /// In the order of their ids; `after` is the last one of the page before.
    ///
    /// - Parameter tenant: `nil` for those of every tenant.
    public func list(
        tenant: String?, after: SubscriptionID?, limit: Int, deadline: Duration? = nil
    ) async throws(PostgresError) -> [StoredSubscription] {
        try await database.execute(
            SelectSubscriptions(tenant: tenant, after: after ?? SubscriptionID(rawValue: 0), limit: limit),
            deadline: deadline)
    }

    public func find(
        _ id: SubscriptionID, tenant: String, deadline: Duration? = nil
    ) async throws(PostgresError) -> StoredSubscription? {
        try await database.execute(SelectSubscription(id: id, tenant: tenant), deadline: deadline).first
    }

    /// Those of `ids` that there are, whatever their tenants, in no order.
    public func find(_ ids: [SubscriptionID]) async throws(PostgresError) -> [StoredSubscription] {
        try await database.execute(SelectSubscriptionsByID(ids: ids))
    }

    /// Replaces the settings of `current`; masked header values stay what they are. `nil`: somebody changed or deleted
    /// the subscription meanwhile.
    public func update(
        _ current: StoredSubscription, to settings: SubscriptionSettings, secret: SubscriptionSecret?,
        deadline: Duration? = nil
    ) async throws -> StoredSubscription? {
        var whole = settings
        whole.customHeaders = SealedHeaders.join(
            visible: settings.customHeaders, hidden: try vault.openHeaders(current.sealedHeaders, of: current.id))
        let (visible, sealed) = try seal(whole, of: current.id)
        return try await database.execute(
            UpdateSubscription(
                id: current.id, tenant: current.tenant, version: current.version, settings: visible,
                sealedHeaders: sealed, secret: try secret.map { try vault.seal($0, of: current.id) }),
            deadline: deadline
        ).first
    }

    /// Replaces the secret of `current`. With an `overlap` the old one signs beside the new one for that long, else it
    /// is void at once. `nil`: somebody changed or deleted the subscription meanwhile.
    public func rotateSecret(
        of current: StoredSubscription, to secret: SubscriptionSecret, overlap: Duration?, deadline: Duration? = nil
    ) async throws -> StoredSubscription? {
        try await database.execute(
            RotateSecret(
                id: current.id, tenant: current.tenant, version: current.version,
                secret: try vault.seal(secret, of: current.id),
                previousSecret: overlap == nil ? nil : current.secret, overlap: overlap),
            deadline: deadline
        ).first
    }

    /// The secret that signs now.
    public func secret(of subscription: StoredSubscription) throws -> SubscriptionSecret {
        try vault.openSecret(subscription.secret, of: subscription.id, profile: subscription.settings.profile)
    }

    /// Whether the keys of this program open all that is sealed of it.
    public func canOpen(_ subscription: StoredSubscription) -> Bool {
        (try? secret(of: subscription)) != nil
            && (try? vault.openHeaders(subscription.sealedHeaders, of: subscription.id)) != nil
    }

    /// False: there is no such subscription.
    public func delete(_ id: SubscriptionID, tenant: String, deadline: Duration? = nil) async throws -> Bool {
        try await only(DeleteSubscription(id: id, tenant: tenant), deadline: deadline)
    }

    /// Clears count and reason; what was held is due at once. False: there is no such subscription.
    public func activate(_ id: SubscriptionID, tenant: String, deadline: Duration? = nil) async throws -> Bool {
        try await only(ActivateSubscription(id: id, tenant: tenant), deadline: deadline)
    }

    /// What waits is held. False: there is no such subscription.
    public func deactivate(
        _ id: SubscriptionID, tenant: String, reason: String, deadline: Duration? = nil
    ) async throws -> Bool {
        try await only(DeactivateSubscription(id: id, tenant: tenant, reason: reason), deadline: deadline)
    }

    /// What a worker needs to sign and send for `subscription`.
    ///
    /// - Parameter now: an overlapping secret that has ended by then signs no more.
    public func prepare(_ stored: StoredSubscription, now: Timestamp) throws -> Subscription {
        var settings = stored.settings
        settings.customHeaders = SealedHeaders.join(
            visible: settings.customHeaders, hidden: try vault.openHeaders(stored.sealedHeaders, of: stored.id))
        var secrets = [try secret(of: stored)]
        if let previous = stored.previousSecret, let until = stored.previousSecretUntil, now < until,
            settings.profile.allowsSecretOverlap
        {
            secrets.append(try vault.openSecret(previous, of: stored.id, profile: settings.profile))
        }
        return Subscription(
            id: stored.id, tenant: stored.tenant, version: stored.version, settings: settings, secrets: secrets)
    }

    private func seal(
        _ settings: SubscriptionSettings, of id: SubscriptionID
    ) throws -> (SubscriptionSettings, sealedHeaders: [UInt8]?) {
        var visible = settings
        let (shown, hidden) = SealedHeaders.split(settings.customHeaders)
        visible.customHeaders = shown
        return (visible, hidden.fields.isEmpty ? nil : try vault.seal(hidden, of: id))
    }

    /// The one row of a statement that always returns one.
    private func only<S: Statement>(_ statement: S, deadline: Duration?) async throws(PostgresError) -> S.Row {
        guard let row = try await database.execute(statement, deadline: deadline).first else {
            throw .undecodable(detail: "a statement that returns one row returned none")
        }
        return row
    }
}
