import JSONFilter
import WebhookCore

/// `{"overlap": "24h"}`, or nothing.
struct RotationRequest {
    static let overlapRange: ClosedRange<Duration> = .seconds(1) ... .seconds(7 * 86_400)

    /// How long the old secret signs beside the new one; `nil`: it is void at once.
    let overlap: Duration?

    init(_ body: JSONValue?) throws(ValidationError) {
        guard let body else {
            overlap = nil
            return
        }
        guard let members = body.objectValue else { throw .malformed("body", "must be a JSON object") }
        if let twice = body.duplicateName { throw .malformed(twice.quoted, "is given more than once") }
        var overlap: Duration?
        for member in members {
            guard member.name == "overlap" else {
                throw .malformed(member.name.quoted, "is no member here; there is overlap")
            }
            overlap = member.value.isNull ? nil : try Self.overlap(member.value)
        }
        self.overlap = overlap
    }

    private static func overlap(_ value: JSONValue) throws(ValidationError) -> Duration {
        let given = value.intValue.map { .seconds($0) } ?? value.stringValue.flatMap(DurationText.parse)
        guard let duration = given else {
            throw .malformed("overlap", "must be a whole number of seconds, or text such as \"30m\", \"24h\"")
        }
        guard overlapRange.contains(duration) else {
            let (low, high) = (overlapRange.lowerBound, overlapRange.upperBound)
            throw .outOfRange("overlap", "must be \(DurationText.format(low)) to \(DurationText.format(high))")
        }
        return duration
    }
}
