import JSONFilter
import WebhookCore
import WebhookStore

/// `{"event": name}`, or nothing: what a test sends.
struct TestRequest {
    let event: EventName

    init(_ body: JSONValue?) throws(ValidationError) {
        guard let body else {
            event = .ping
            return
        }
        guard let members = body.objectValue else { throw .malformed("body", "must be a JSON object") }
        if let twice = body.duplicateName { throw .malformed(twice.quoted, "is given more than once") }
        var event = EventName.ping
        for member in members {
            guard member.name == "event" else {
                throw .malformed(member.name.quoted, "is no member here; there is event")
            }
            guard !member.value.isNull else { continue }
            guard let name = member.value.stringValue else { throw .malformed("event", "must be a string") }
            event = try EventName(name)
        }
        self.event = event
    }

    /// The data of a test say that they are one.
    static func data(for subscription: StoredSubscription, event: EventName) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("test")
        writer.bool(true)
        writer.name("event")
        writer.string(event.text)
        writer.name("subscription_id")
        writer.string(subscription.id.description)
        writer.endObject()
        return writer.bytes
    }
}
