extension Duration {
    /// The microseconds that fit, cut towards zero; the ends of `Int64` hold instead of overflowing.
    public var wholeMicroseconds: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        let (sum, overflowed) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000_000)
        guard overflow || overflowed else { return sum }
        return seconds < 0 ? .min : .max
    }

    /// The milliseconds that fit, cut towards zero.
    public var wholeMilliseconds: Int64 { wholeMicroseconds / 1_000 }

    static func minutes(_ count: Int) -> Duration { .seconds(60 * count) }

    static func hours(_ count: Int) -> Duration { .seconds(3_600 * count) }
}
