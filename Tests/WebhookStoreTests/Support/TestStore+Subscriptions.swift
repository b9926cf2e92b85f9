import Postgres
import WebhookCore
import WebhookStore

extension TestStore {
    /// Saves a subscription of `events`; everything else is what the API would fill in.
    func subscribe(
        to events: [String] = ["*"], tenant: String = "default", profile: Profile = .standard,
        queueMode: QueueMode? = nil, url: String = "https://receiver.example/hook", headers: [HeaderField] = [],
        maxRetries: Int? = nil, ordering: String? = nil, rateLimit: Double? = nil, rateBurst: Int? = nil
    ) async throws -> StoredSubscription {
        var draft = Self.draft(
            events: events, profile: profile, queueMode: queueMode, url: url, headers: headers, maxRetries: maxRetries)
        draft.ordering = ordering
        draft.rateLimit = rateLimit
        draft.rateBurst = rateBurst
        return try await subscriptions.create(
            Self.settings(draft), secret: Self.secret(for: profile), tenant: tenant)
    }

    /// The same, and its deliveries wait in its lane, as those of a slow receiver do.
    func subscribeInLane(to events: [String] = ["*"]) async throws -> StoredSubscription {
        let subscription = try await subscribe(to: events)
        try await run("UPDATE martlet.subscriptions SET diverted = true WHERE id = \(subscription.id)")
        return try await current(subscription)!
    }

    static func draft(
        events: [String] = ["*"], profile: Profile = .standard, queueMode: QueueMode? = nil,
        url: String = "https://receiver.example/hook", headers: [HeaderField] = [], maxRetries: Int? = nil
    ) -> SubscriptionDraft {
        var draft = SubscriptionDraft()
        draft.name = "Receiver"
        draft.url = url
        draft.events = events
        draft.profile = profile.rawValue
        draft.queueMode = queueMode?.rawValue
        draft.customHeaders = headers
        draft.maxRetries = maxRetries
        return draft
    }

    static func settings(_ draft: SubscriptionDraft) throws -> SubscriptionSettings {
        try draft.settings(allowHTTP: false, addressGuard: AddressGuard())
    }

    /// - Parameter seed: different secrets for different seeds.
    static func secret(for profile: Profile, seed: UInt8 = 7) -> SubscriptionSecret {
        .generate(for: profile, randomBytes: [UInt8](repeating: seed, count: SubscriptionSecret.randomByteCount))
    }

    /// The subscription as it is now.
    func current(_ subscription: StoredSubscription) async throws -> StoredSubscription? {
        try await subscriptions.find(subscription.id, tenant: subscription.tenant)
    }

    /// Changes what `change` changes, as a PATCH does.
    func change(
        _ subscription: StoredSubscription, _ change: (inout SubscriptionDraft) -> Void
    ) async throws -> StoredSubscription? {
        guard let current = try await current(subscription) else { return nil }
        var draft = SubscriptionDraft(current.settings)
        change(&draft)
        return try await subscriptions.update(current, to: Self.settings(draft), secret: nil)
    }

    func activate(_ subscription: StoredSubscription) async throws -> Bool {
        try await subscriptions.activate(subscription.id, tenant: subscription.tenant)
    }

    func deactivate(_ subscription: StoredSubscription) async throws -> Bool {
        try await subscriptions.deactivate(
            subscription.id, tenant: subscription.tenant, reason: "switched off by a test")
    }
}
