import GatewayCrypto
import Hummingbird
import JSONFilter
import WebhookCore
import WebhookStore

/// `/v1/subscriptions` and what is below it.
struct SubscriptionAPI: Sendable {
    /// How often a change begins again because somebody else's came first.
    private static let attemptsMax = 5

    let store: SubscriptionStore
    let tests: TestDispatcher
    let allowHTTP: Bool
    let addressGuard: AddressGuard

    func list(_ call: Call) async throws -> Response {
        let page = try Page<SubscriptionID>(call.query)
        let subscriptions = try await store.list(
            tenant: call.tenant(), after: page.after, limit: page.fetchLimit, deadline: call.deadline.remaining)
        return page.response(subscriptions, cursor: \.id) { $1.subscription($0) }
    }

    func show(_ id: Substring, _ call: Call) async throws -> Response {
        Response(json: .subscription(try await find(id, call)))
    }

    /// The answer carries the secret; besides that of a rotation no other does.
    func create(_ call: Call) async throws -> Response {
        let tenant = try call.tenant()
        var draft = SubscriptionDraft()
        try draft.apply(await call.request.readJSON())
        let settings = try draft.settings(allowHTTP: allowHTTP, addressGuard: addressGuard)
        try MaskedHeaders.check(settings.customHeaders, keeping: .none)
        let secret = try draft.checkedSecret() ?? newSecret(for: settings.profile)
        let stored = try await store.create(
            settings, secret: secret, tenant: tenant, deadline: call.deadline.remaining)
        return Response(status: .created, json: .subscription(stored, secret: secret))
    }

    func change(_ id: Substring, _ call: Call) async throws -> Response {
        let body = try await call.request.readJSON()
        let changed = try await retrying(id, call) { current in
            var draft = SubscriptionDraft(current.settings)
            try draft.apply(body)
            let settings = try draft.settings(allowHTTP: allowHTTP, addressGuard: addressGuard)
            try MaskedHeaders.check(settings.customHeaders, keeping: current.settings.customHeaders)
            let secret = try draft.checkedSecret()
            if secret == nil { try checkSecret(of: current, fits: settings.profile) }
            return try await store.update(current, to: settings, secret: secret, deadline: call.deadline.remaining)
        }
        return Response(json: .subscription(changed))
    }

    func delete(_ id: Substring, _ call: Call) async throws -> Response {
        guard let subscription = SubscriptionID(String(id)),
            try await store.delete(subscription, tenant: call.tenant(), deadline: call.deadline.remaining)
        else { throw Self.notFound(id) }
        return Response(status: .noContent)
    }

    /// The answer carries the new secret.
    func rotateSecret(of id: Substring, _ call: Call) async throws -> Response {
        let overlap = try RotationRequest(await call.request.readJSONIfAny()).overlap
        var secret: SubscriptionSecret?
        let changed = try await retrying(id, call) { current in
            let profile = current.settings.profile
            guard overlap == nil || profile.allowsSecretOverlap else {
                throw Problem.unprocessable(
                    "overlap: the profile \(profile.rawValue) has room for one signature only; leave `overlap` out")
            }
            let new = newSecret(for: profile)
            secret = new
            return try await store.rotateSecret(
                of: current, to: new, overlap: overlap, deadline: call.deadline.remaining)
        }
        return Response(json: .subscription(changed, secret: secret))
    }

    func activate(_ id: Substring, _ call: Call) async throws -> Response {
        try await call.request.readNothing()
        guard let subscription = SubscriptionID(String(id)),
            try await store.activate(subscription, tenant: call.tenant(), deadline: call.deadline.remaining)
        else { throw Self.notFound(id) }
        return try await show(id, call)
    }

    func deactivate(_ id: Substring, _ call: Call) async throws -> Response {
        try await call.request.readNothing()
        guard let subscription = SubscriptionID(String(id)),
            try await store.deactivate(
                subscription, tenant: call.tenant(), reason: "deactivated through the API",
                deadline: call.deadline.remaining)
        else { throw Self.notFound(id) }
        return try await show(id, call)
    }

    /// Waits for a worker to send one event for real: as long as the subscription's timeout and some seconds more.
    func test(_ id: Substring, _ call: Call) async throws -> Response {
        let event = try TestRequest(await call.request.readJSONIfAny()).event
        let subscription = try await find(id, call)
        let outcome = try await tests.test(
            subscription, event: event, data: TestRequest.data(for: subscription, event: event),
            statementDeadline: DatabaseDeadline.request)
        guard let outcome else { throw Self.notFound(id) }
        return Response(json: .testOutcome(outcome))
    }

    private func find(_ id: Substring, _ call: Call) async throws -> StoredSubscription {
        guard let number = SubscriptionID(String(id)),
            let subscription = try await store.find(
                number, tenant: call.tenant(), deadline: call.deadline.remaining)
        else { throw Self.notFound(id) }
        return subscription
    }

    /// Reads, changes and writes; again when `change` returns `nil` because somebody else wrote in between.
    private func retrying(
        _ id: Substring, _ call: Call, _ change: (StoredSubscription) async throws -> StoredSubscription?
    ) async throws -> StoredSubscription {
        for _ in 0..<Self.attemptsMax {
            if let changed = try await change(try await find(id, call)) { return changed }
        }
        throw Problem(.conflict, "the subscription is being changed by others at the same time; try again")
    }

    private func newSecret(for profile: Profile) -> SubscriptionSecret {
        .generate(for: profile, randomBytes: SecureRandom.bytes(SubscriptionSecret.randomByteCount))
    }

    /// Each profile has its own form of secret: a change of profile may need another secret.
    private func checkSecret(of current: StoredSubscription, fits profile: Profile) throws {
        guard profile != current.settings.profile else { return }
        let secret = try store.secret(of: current)
        do throws(ValidationError) {
            _ = try SubscriptionSecret(secret.text, for: profile)
        } catch {
            throw Problem.unprocessable(
                "profile: the present secret does not have the form that `\(profile.rawValue)` wants; "
                    + "send a new `secret` together with the profile")
        }
    }

    private static func notFound(_ id: Substring) -> Problem {
        .notFound("there is no subscription \(String(id).quoted)")
    }
}
