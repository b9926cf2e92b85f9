import Hummingbird
import JSONFilter
import WebhookCore
import WebhookStore

/// `POST /v1/subscriptions/{id}/replay` and `/v1/replays/{id}`.
struct ReplayAPI: Sendable {
    let store: ReplayStore

    /// 200 when all of it is queued, 202 when the workers go on with it.
    func start(of id: Substring, _ call: Call) async throws -> Response {
        let body = try await call.request.readJSON()
        guard let subscription = SubscriptionID(String(id)) else { throw Self.noSubscription(id) }
        let request = try ReplayRequest(body, subscription: subscription)
        switch try await store.start(request, tenant: call.tenant(), deadline: call.deadline.remaining) {
        case .started(let replay): return try await show(replay, call)
        case .duplicate(let replay): return try await show(replay, call, isDuplicate: true)
        case .noSuchSubscription: throw Self.noSubscription(id)
        case .subscriptionIsInactive: throw Problem(.conflict, "the subscription is inactive: activate it first")
        }
    }

    func show(_ id: Substring, _ call: Call) async throws -> Response {
        guard let replay = ReplayID(String(id)),
            let found = try await store.find(replay, tenant: call.tenant(), deadline: call.deadline.remaining)
        else { throw Self.notFound(id) }
        return Response(json: .replay(found))
    }

    /// What is queued goes out; one that has ended stays as it is.
    func cancel(_ id: Substring, _ call: Call) async throws -> Response {
        try await call.request.readNothing()
        guard let replay = ReplayID(String(id)),
            try await store.cancel(replay, tenant: call.tenant(), deadline: call.deadline.remaining)
        else { throw Self.notFound(id) }
        return try await show(id, call)
    }

    private func show(_ id: ReplayID, _ call: Call, isDuplicate: Bool = false) async throws -> Response {
        guard let found = try await store.find(id, tenant: call.tenant(), deadline: call.deadline.remaining) else {
            throw Self.notFound("\(id)")
        }
        return Response(
            status: found.state == .running ? .accepted : .ok, json: .replay(found, isDuplicate: isDuplicate))
    }

    private static func notFound(_ id: Substring) -> Problem { .notFound("there is no replay \(String(id).quoted)") }

    private static func noSubscription(_ id: Substring) -> Problem {
        .notFound("there is no subscription \(String(id).quoted)")
    }
}
