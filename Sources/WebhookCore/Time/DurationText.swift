/// Durations as people write them in settings: `500ms`, `15s`, `2m`, `24h`.
public enum DurationText {
    /// A whole number and one of the units `ms`, `s`, `m`, `h`; `nil` for anything else, a sign or a space included.
    public static func parse(_ text: String) -> Duration? {
        let digits = text.utf8.prefix { $0.decimalDigit != nil }
        guard !digits.isEmpty, let count = Int64(Substring(digits)) else { return nil }
        let unitInMilliseconds: Int64
        switch String(text.utf8.dropFirst(digits.count)) {
        case "ms": unitInMilliseconds = 1
        case "s": unitInMilliseconds = 1_000
        case "m": unitInMilliseconds = 60_000
        case "h": unitInMilliseconds = 3_600_000
        default: return nil
        }
        let (milliseconds, overflow) = count.multipliedReportingOverflow(by: unitInMilliseconds)
        return overflow ? nil : .milliseconds(milliseconds)
    }

    /// The shortest text that `parse` reads back, e.g. `90s`, `2m`; fractions of a millisecond are cut off.
    ///
    /// A negative duration, which no setting allows, comes out with its sign.
    public static func format(_ duration: Duration) -> String {
        let milliseconds = duration.wholeMilliseconds
        for (unit, size) in [("h", Int64(3_600_000)), ("m", 60_000), ("s", 1_000)]
        where milliseconds != 0 && milliseconds.isMultiple(of: size) {
            return "\(milliseconds / size)\(unit)"
        }
        return milliseconds == 0 ? "0s" : "\(milliseconds)ms"
    }
}
