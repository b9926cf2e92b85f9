/// A point in time: microseconds since 1970-01-01T00:00:00Z, as PostgreSQL's `timestamptz` counts them.
///
/// Nothing in this module reads a clock: the caller says what time it is.
public struct Timestamp: Sendable, Hashable, Comparable {
    public let microsecondsSinceUnixEpoch: Int64

    public init(microsecondsSinceUnixEpoch: Int64) {
        self.microsecondsSinceUnixEpoch = microsecondsSinceUnixEpoch
    }

    public init(millisecondsSinceUnixEpoch: Int64) {
        self.init(microsecondsSinceUnixEpoch: saturating(millisecondsSinceUnixEpoch, times: 1_000))
    }

    public init(secondsSinceUnixEpoch: Int64) {
        self.init(microsecondsSinceUnixEpoch: saturating(secondsSinceUnixEpoch, times: 1_000_000))
    }

    /// Rounded down, also before 1970.
    public var millisecondsSinceUnixEpoch: Int64 { floorDivide(microsecondsSinceUnixEpoch, by: 1_000) }

    /// Rounded down, also before 1970.
    public var secondsSinceUnixEpoch: Int64 { floorDivide(microsecondsSinceUnixEpoch, by: 1_000_000) }

    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.microsecondsSinceUnixEpoch < right.microsecondsSinceUnixEpoch
    }

    /// Later by `duration`; fractions of a microsecond are cut off, and the ends of the range hold instead of overflowing.
    public static func + (time: Timestamp, duration: Duration) -> Timestamp {
        let (sum, overflow) = time.microsecondsSinceUnixEpoch.addingReportingOverflow(duration.wholeMicroseconds)
        guard overflow else { return Timestamp(microsecondsSinceUnixEpoch: sum) }
        return Timestamp(microsecondsSinceUnixEpoch: duration < .zero ? .min : .max)
    }

    public static func - (time: Timestamp, duration: Duration) -> Timestamp {
        time + (.zero - duration)
    }

    /// How long after `right` `left` is; negative when it is earlier.
    public static func - (left: Timestamp, right: Timestamp) -> Duration {
        .microseconds(left.microsecondsSinceUnixEpoch) - .microseconds(right.microsecondsSinceUnixEpoch)
    }
}

private func saturating(_ value: Int64, times factor: Int64) -> Int64 {
    let (product, overflow) = value.multipliedReportingOverflow(by: factor)
    guard overflow else { return product }
    return value < 0 ? .min : .max
}

private func floorDivide(_ value: Int64, by divisor: Int64) -> Int64 {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
}
