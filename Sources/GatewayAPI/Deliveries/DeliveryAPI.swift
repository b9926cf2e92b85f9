import Hummingbird
import JSONFilter
import WebhookCore
import WebhookStore

/// `/v1/deliveries` and what is below it.
struct DeliveryAPI: Sendable {
    let store: DeliveryStore

    /// The latest first. A page may be short although there is a next one: what was asked for is rare.
    func list(_ call: Call) async throws -> Response {
        let page = try Page<DeliveryCursor>(call.query)
        let found = try await store.list(
            DeliveryFilter(call.query), tenant: call.tenant(), after: page.after, limit: page.limit,
            deadline: call.deadline.remaining)
        return page.response(found.deliveries, next: found.next) { $1.delivery($0) }
    }

    /// With its attempts.
    func show(_ id: Substring, _ call: Call) async throws -> Response {
        guard let delivery = DeliveryID(String(id)) else { throw Self.notFound(id) }
        return try await show(delivery, call)
    }

    /// The answer shows the delivery that goes out.
    func retry(_ id: Substring, _ call: Call) async throws -> Response {
        try await call.request.readNothing()
        guard let delivery = DeliveryID(String(id)) else { throw Self.notFound(id) }
        switch try await store.retry(delivery, tenant: call.tenant(), deadline: call.deadline.remaining) {
        case .queued(let queued): return try await show(queued, call, status: .accepted)
        case .noSuchDelivery: throw Self.notFound(id)
        case .subscriptionIsDeleted: throw Problem(.conflict, "the subscription of this delivery was deleted")
        case .subscriptionIsInactive:
            throw Problem(.conflict, "the subscription of this delivery is inactive: activate it first")
        case .eventIsNoLongerKept:
            throw Problem(.conflict, "the event of this delivery is no longer kept: dispatch it anew")
        }
    }

    private func show(
        _ id: DeliveryID, _ call: Call, status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let tenant = try call.tenant()
        guard let found = try await store.find(id, tenant: tenant, deadline: call.deadline.remaining) else {
            throw Self.notFound("\(id)")
        }
        let attempts = try await store.attempts(of: id, tenant: tenant, deadline: call.deadline.remaining)
        var writer = JSONWriter(reservingCapacity: 2_048)
        writer.delivery(found, attempts: attempts)
        return Response(status: status, json: writer)
    }

    private static func notFound(_ id: Substring) -> Problem {
        .notFound("there is no delivery \(String(id).quoted)")
    }
}

extension DeliveryFilter {
    /// The parameters `subscription`, `event`, `status` and `since`.
    fileprivate init(_ query: Query) throws {
        self.init()
        if let text = query["subscription"] {
            guard let id = SubscriptionID(text) else {
                throw Problem.badRequest("subscription: \(text.quoted) is no id of a subscription")
            }
            subscription = id
        }
        if let text = query["event"] { event = try EventPattern(text, member: "event") }
        if let text = query["status"] {
            guard let known = DeliveryStatus(rawValue: text) else {
                let all = DeliveryStatus.allCases.map(\.rawValue).joined(separator: ", ")
                throw Problem.badRequest("status: is \(text.quoted), must be one of \(all)")
            }
            status = known
        }
        if let text = query["since"] {
            guard let time = Timestamp(rfc3339: text) else {
                throw Problem.badRequest("since: must be a time such as 2026-11-22T15:04:05Z (RFC 3339)")
            }
            since = time
        }
    }
}
