import JSONFilter
import WebhookCore
import WebhookStore

extension ReplayRequest {
    /// The same bound as that of an idempotency key.
    private static let requestIDBytes = 1...255

    /// `{"since", "until"?, "status"?, "event"?, "request_id"?}`
    init(_ body: JSONValue, subscription: SubscriptionID) throws(ValidationError) {
        guard let members = body.objectValue else { throw .malformed("body", "must be a JSON object") }
        if let twice = body.duplicateName { throw .malformed(twice.quoted, "is given more than once") }
        var since: Timestamp?
        var until: Timestamp?
        var outcome = Outcome.any
        var event = EventPattern.everything
        var requestID: String?
        for member in members where !member.value.isNull {
            let name = member.name
            switch name {
            case "since": since = try Self.time(member.value, name)
            case "until": until = try Self.time(member.value, name)
            case "status": outcome = try Self.outcome(Self.text(member.value, name))
            case "event": event = try EventPattern(Self.text(member.value, name), member: name)
            case "request_id": requestID = try Self.requestID(Self.text(member.value, name))
            default:
                throw .malformed(
                    name.quoted, "is no member here; there are since, until, status, event, request_id")
            }
        }
        guard let since else {
            throw .malformed("since", "is required: a time such as \"2026-11-22T15:04:05Z\" (RFC 3339)")
        }
        if let until, until <= since { throw .outOfRange("until", "must be later than since") }
        self.init(
            subscription: subscription, since: since, until: until, outcome: outcome, event: event,
            requestID: requestID)
    }

    private static func text(_ value: JSONValue, _ member: String) throws(ValidationError) -> String {
        guard let text = value.stringValue else { throw .malformed(member, "must be a string") }
        return text
    }

    private static func time(_ value: JSONValue, _ member: String) throws(ValidationError) -> Timestamp {
        guard let time = value.stringValue.flatMap(Timestamp.init(rfc3339:)) else {
            throw .malformed(member, "must be a time such as \"2026-11-22T15:04:05Z\" (RFC 3339)")
        }
        return time
    }

    private static func outcome(_ text: String) throws(ValidationError) -> Outcome {
        guard let outcome = Outcome(rawValue: text) else {
            throw .malformed("status", "must be failed, delivered or any")
        }
        return outcome
    }

    private static func requestID(_ text: String) throws(ValidationError) -> String {
        guard requestIDBytes.contains(text.utf8.count), !text.utf8.contains(0) else {
            throw .outOfRange("request_id", "must be 1 to \(requestIDBytes.upperBound) bytes")
        }
        return text
    }
}
