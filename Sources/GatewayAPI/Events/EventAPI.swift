import Hummingbird
import JSONFilter
import WebhookCore
import WebhookStore

/// `GET /v1/events` and `GET /v1/events/{id}`.
struct EventAPI: Sendable {
    let store: EventStore

    /// The newest first, without their data.
    func list(_ call: Call) async throws -> Response {
        let page = try Page<EventID>(call.query)
        let events = try await store.list(
            tenant: call.tenant(), before: page.after, limit: page.fetchLimit, deadline: call.deadline.remaining)
        return page.response(events, cursor: \.id) { event, writer in
            writer.beginObject()
            writer.members(of: event)
            writer.endObject()
        }
    }

    /// With its data and its deliveries.
    func show(_ id: Substring, _ call: Call) async throws -> Response {
        guard let event = EventID(String(id)),
            let (stored, deliveries) = try await store.find(
                event, tenant: call.tenant(), deadline: call.deadline.remaining),
            let data = stored.data
        else { throw Problem.notFound("there is no event \(String(id).quoted)") }
        var writer = JSONWriter(reservingCapacity: data.count + 512)
        writer.beginObject()
        writer.members(of: stored)
        writer.name("data")
        writer.raw(data)
        writer.name("deliveries")
        writer.beginArray()
        for delivery in deliveries { writer.delivery(delivery) }
        writer.endArray()
        writer.endObject()
        return Response(json: writer)
    }
}

extension JSONWriter {
    fileprivate mutating func members(of event: StoredEvent) {
        name("id")
        string(event.id.description)
        name("event")
        string(event.name)
        name("occurred_at")
        time(event.occurredAt)
        name("created_at")
        time(event.createdAt)
    }

    fileprivate mutating func delivery(_ delivery: QueuedDelivery) {
        beginObject()
        name("id")
        string(delivery.id.description)
        name("subscription_id")
        string(delivery.subscriptionID.description)
        name("status")
        string(delivery.status)
        name("retry_count")
        integer(delivery.retryCount)
        name("next_retry_at")
        time(delivery.nextRetryAt)
        name("error")
        string(delivery.error)
        name("delivered_at")
        time(delivery.deliveredAt)
        endObject()
    }
}
