import Hummingbird
import JSONFilter
import WebhookCore
import WebhookStore

/// `POST /v1/events` and `POST /v1/events/batch`: answered when the events are committed.
struct IngestAPI: Sendable {
    let recorder: EventRecorder
    let keywords: SensitiveKeywords

    func accept(_ call: Call) async throws -> Response {
        let tenant = try call.tenant()
        let bytes = try await call.request.readBody(upTo: BodyLimit.event)
        let request = try IngestRequest(bytes, in: bytes.indices, at: .whole, now: .now)
        let filter = try await keywords.filter(deadline: call.deadline)
        let event = try request.event(from: bytes, tenant: tenant, filter: filter)
        guard let recorded = try await recorder.record([event]).first else { throw Problem.unexpected() }
        return .recorded(recorded)
    }

    /// All of the events are stored, or none.
    func acceptBatch(_ call: Call) async throws -> Response {
        let type = MediaType(call.request.headers[.contentType])
        let tenant = try call.tenant()
        let bytes = try await call.request.readBody(upTo: BodyLimit.batch)
        let now = Timestamp.now
        let requests = try type == .ndjson ? IngestBatch.lines(bytes, now: now) : IngestBatch.array(bytes, now: now)
        let filter = try await keywords.filter(deadline: call.deadline)
        let events = try requests.map { try $0.event(from: bytes, tenant: tenant, filter: filter) }
        let recorded = try await recorder.record(events)
        var writer = JSONWriter(reservingCapacity: 64 * recorded.count)
        writer.beginObject()
        writer.name("data")
        writer.beginArray()
        for event in recorded { writer.recordedEvent(event) }
        writer.endArray()
        writer.endObject()
        return Response(status: .accepted, json: writer)
    }
}

extension Response {
    /// 202, or 200 for a duplicate.
    static func recorded(_ event: RecordedEvent) -> Response {
        var writer = JSONWriter(reservingCapacity: 64)
        writer.recordedEvent(event)
        return Response(status: event.isDuplicate ? .ok : .accepted, json: writer)
    }
}

extension JSONWriter {
    fileprivate mutating func recordedEvent(_ event: RecordedEvent) {
        beginObject()
        name("id")
        string(event.id.description)
        name("deliveries")
        integer(event.deliveries)
        if event.isDuplicate {
            name("duplicate")
            bool(true)
        }
        endObject()
    }
}
