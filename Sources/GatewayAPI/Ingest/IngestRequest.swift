import JSONFilter
import WebhookCore
import WebhookStore

/// One event as a producer sent it: `{"event", "data", "idempotency_key"?, "occurred_at"?}`.
///
/// The envelope is taken apart in one pass; `data` is never parsed into a tree, only filtered.
struct IngestRequest {
    static let memberNames = ["event", "data", "idempotency_key", "occurred_at"]
    static let idempotencyKeyBytes = 1...255
    /// Ids carry the time since then, and nothing can have occurred before there were ids.
    static let occurredAtEarliest = Timestamp(secondsSinceUnixEpoch: 1_704_067_200)
    /// Clocks differ; a day is more than that.
    static let occurredAtAhead: Duration = .seconds(86_400)

    private let name: EventName
    private let dataRange: Range<Int>
    private let idempotencyKey: String?
    private let occurredAt: Timestamp?
    private let place: Place

    /// Where in the body the event stands, for messages.
    enum Place {
        /// It is the body.
        case whole
        /// An element of an array, counted from 0.
        case element(Int)
        /// A line, counted from 1.
        case line(Int)

        func name(_ member: String) -> String {
            switch self {
            case .whole: member
            case .element(let index): "[\(index)].\(member)"
            case .line(let number): "line \(number): \(member)"
            }
        }

        /// The event itself.
        var name: String {
            switch self {
            case .whole: "body"
            case .element(let index): "[\(index)]"
            case .line(let number): "line \(number)"
            }
        }
    }

    /// - Parameters:
    ///   - bytes: the whole body, of which `range` is this event.
    ///   - now: what `occurred_at` is held against.
    init(_ bytes: [UInt8], in range: Range<Int>, at place: Place, now: Timestamp) throws {
        var name: EventName?
        var data: Range<Int>?
        var idempotencyKey: String?
        var occurredAt: Timestamp?
        let object = try JSONObjectScanner(bytes, in: range)
        if let twice = object.duplicateName {
            throw ValidationError.malformed(place.name(twice.quoted), "is given more than once")
        }
        for member in object.members {
            switch member.name {
            case "event":
                name = try EventName(
                    try Self.string(member, of: bytes, at: place), member: place.name("event"))
            case "data":
                data = member.range
            case "idempotency_key":
                guard member.kind != .null else { continue }
                idempotencyKey = try Self.idempotencyKey(
                    Self.string(member, of: bytes, at: place), member: place.name("idempotency_key"))
            case "occurred_at":
                guard member.kind != .null else { continue }
                occurredAt = try Self.occurredAt(
                    Self.string(member, of: bytes, at: place), member: place.name("occurred_at"), now: now)
            default:
                let known = Self.memberNames.joined(separator: ", ")
                throw ValidationError.malformed(
                    place.name(member.name.quoted), "is no member of an event; there are \(known)")
            }
        }
        guard let name else { throw ValidationError.malformed(place.name("event"), "is required") }
        guard let data else {
            throw ValidationError.malformed(place.name("data"), "is required; it may be any JSON, null too")
        }
        self.name = name
        self.dataRange = data
        self.idempotencyKey = idempotencyKey
        self.occurredAt = occurredAt
        self.place = place
    }

    /// The event to store: without its sensitive members.
    func event(from bytes: [UInt8], tenant: String, filter: SensitiveFilter) throws -> Event {
        let data = try filter.filtered(bytes, in: dataRange)
        guard data.count <= Event.dataBytesMax else {
            throw Problem(.contentTooLarge, "\(place.name("data")): has more than \(Event.dataBytesMax) bytes")
        }
        return Event(
            name: name, tenant: tenant, data: data, idempotencyKey: idempotencyKey, occurredAt: occurredAt)
    }

    private static func string(
        _ member: JSONObjectScanner.Member, of bytes: [UInt8], at place: Place
    ) throws -> String {
        guard member.kind == .string else {
            throw ValidationError.malformed(place.name(member.name), "must be a string")
        }
        return try JSONString.decode(bytes, in: member.range)
    }

    private static func idempotencyKey(_ text: String, member: String) throws(ValidationError) -> String {
        guard idempotencyKeyBytes.contains(text.utf8.count) else {
            throw .outOfRange(
                member, "is \(text.utf8.count) bytes long, must be 1 to \(idempotencyKeyBytes.upperBound)")
        }
        guard !text.utf8.contains(0) else { throw .malformed(member, "must not contain NUL") }
        guard !ReservedKey.isReserved(text) else {
            throw .malformed(member, "must not begin with U+0001: such keys are the gateway's own")
        }
        return text
    }

    private static func occurredAt(_ text: String, member: String, now: Timestamp) throws(ValidationError) -> Timestamp
    {
        guard let time = Timestamp(rfc3339: text) else {
            throw .malformed(member, "must be a time of RFC 3339, such as 2026-01-31T12:00:00.123Z")
        }
        guard (occurredAtEarliest...(now + occurredAtAhead)).contains(time) else {
            throw .outOfRange(member, "must lie between \(occurredAtEarliest.rfc3339()) and a day from now")
        }
        return time
    }
}
