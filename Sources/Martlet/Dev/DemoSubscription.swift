import GatewayCrypto
import GatewayAPI
import GatewayRuntime
import Logging
import Postgres
import WebhookCore
import WebhookStore

/// A subscription to every event, whose receiver is in this process: what is sent here, one sees here.
struct DemoSubscription: Sendable {
    static let tenant = "default"
    private static let name = "Demo of martlet dev"
    private static let idleReason = "martlet dev is not running"

    let id: SubscriptionID
    let profile: Profile
    let receiver: WebhookReceiver
    private let store: SubscriptionStore

    /// Where the receiver is.
    var url: String { "http://127.0.0.1:\(receiver.port)/" }

    /// Starts the receiver, and points the subscription to it: the one of the last time, else a new one.
    static func start(_ store: SubscriptionStore, logger: Logger) async throws -> DemoSubscription {
        let profile = Profile.standard
        let last = try await find(in: store)
        let secret = secret(of: last, profile: profile, store)
        let receiver = try await WebhookReceiver.start(
            WebhookReceiverConfiguration(verifier: SignatureVerifier(profile: profile, secrets: [secret])),
            logger: logger)
        do {
            let id = try await save(last, profile: profile, secret: secret, port: receiver.port, store)
            return DemoSubscription(id: id, profile: profile, receiver: receiver, store: store)
        } catch {
            await receiver.stop()
            throw error
        }
    }

    /// Nobody answers at its URL any more: what is dispatched meanwhile is not queued for it.
    func stop() async {
        _ = try? await store.deactivate(id, tenant: Self.tenant, reason: Self.idleReason)
        await receiver.stop()
    }

    private static func find(in store: SubscriptionStore) async throws -> StoredSubscription? {
        let pageSize = 100
        var after: SubscriptionID?
        while true {
            let page = try await store.list(tenant: tenant, after: after, limit: pageSize)
            if let found = page.first(where: { $0.settings.name == name }) { return found }
            guard page.count == pageSize else { return nil }
            after = page.last?.id
        }
    }

    /// The secret there is. With another master key than the last time, or another profile, it takes a new one.
    private static func secret(
        of last: StoredSubscription?, profile: Profile, _ store: SubscriptionStore
    ) -> SubscriptionSecret {
        guard let last, last.settings.profile == profile, let secret = try? store.secret(of: last) else {
            return .random(for: profile)
        }
        return secret
    }

    private static func save(
        _ last: StoredSubscription?, profile: Profile, secret: SubscriptionSecret, port: Int, _ store: SubscriptionStore
    ) async throws -> SubscriptionID {
        var draft = SubscriptionDraft()
        draft.name = name
        draft.url = "http://127.0.0.1:\(port)/"
        draft.events = ["*"]
        draft.profile = profile.rawValue
        let settings = try draft.settings(
            allowHTTP: true, addressGuard: AddressGuard(allowing: try IPNetwork.list(DevEnvironment.receiverNetwork)))
        guard let last else {
            return try await store.create(settings, secret: secret, tenant: tenant).id
        }
        guard let updated = try await store.update(last, to: settings, secret: secret),
            try await store.activate(updated.id, tenant: tenant)
        else {
            throw CommandError("somebody changed the subscription \"\(name)\" at the same time: try again")
        }
        return updated.id
    }
}
