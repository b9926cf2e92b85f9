/// The name of an event type, e.g. `item.orders.created`: segments of `[A-Za-z0-9_-]` joined by dots, at most 128 bytes.
public struct EventName: Sendable, Hashable, CustomStringConvertible {
    /// A request that carries an aggregated body has this in `X-Webhook-Event`.
    public static let batch = EventName(stored: "webhook.batch")
    /// Sent by the test call of a subscription.
    public static let ping = EventName(stored: "webhook.ping")
    /// Emitted when a subscription is switched off by the circuit breaker or by a 410.
    public static let subscriptionDisabled = EventName(stored: "webhook.subscription.disabled")

    public static let bytesMax = 128

    public let text: String

    /// - Parameter member: what the error calls the value, e.g. the JSON member it came from.
    public init(_ text: String, member: String = "event") throws(ValidationError) {
        try EventName.check(text, whole: text, member: member)
        self.text = text
    }

    /// Adopts a name that was checked when it was stored.
    public init(stored text: String) {
        self.text = text
    }

    public var description: String { text }

    /// Every pattern that matches this name, the most specific first: `a.b.c` gives `a.b.c`, `a.b.*`, `a.*` and `*`.
    ///
    /// Matching an event is a look-up of these few texts, however many subscriptions there are.
    public var candidatePatterns: [EventPattern] {
        var patterns = [EventPattern(stored: text)]
        var prefix = text[...]
        while let dot = prefix.lastIndex(of: ".") {
            prefix = prefix[..<dot]
            patterns.append(EventPattern(stored: prefix + ".*"))
        }
        patterns.append(.everything)
        return patterns
    }

    /// Checks that `part`, a name or the prefix of a pattern, keeps the rule of names; `whole` is what errors quote.
    static func check(_ part: some StringProtocol, whole: String, member: String) throws(ValidationError) {
        guard whole.utf8.count <= bytesMax else {
            throw .outOfRange(member, "is \(whole.utf8.count) bytes long, the limit is \(bytesMax)")
        }
        guard !part.isEmpty else { throw .malformed(member, "must not be empty") }
        var segmentIsEmpty = true
        for byte in part.utf8 {
            switch byte {
            case UInt8(ascii: "."):
                guard !segmentIsEmpty else { throw emptySegment(in: whole, member: member) }
                segmentIsEmpty = true
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                segmentIsEmpty = false
            default:
                throw .malformed(
                    member,
                    "\(quoted(whole)) may hold only letters A-Z and a-z, digits, `_` and `-`, in segments joined by dots"
                )
            }
        }
        guard !segmentIsEmpty else { throw emptySegment(in: whole, member: member) }
    }

    private static func emptySegment(in whole: String, member: String) -> ValidationError {
        .malformed(member, "\(quoted(whole)) has an empty segment: dots only join segments")
    }
}
