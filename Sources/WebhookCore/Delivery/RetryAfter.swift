/// The `Retry-After` header of an answer (RFC 9110 §10.2.3).
public enum RetryAfter {
    /// Longer waits are cut to this.
    public static let delayMax: Duration = .hours(24)

    /// How long the receiver asks to wait, counted from `now`, the end of the attempt: between 0 and 24 h.
    ///
    /// Both forms are read, seconds and an HTTP date; a date that has passed is 0. `nil` for any other text.
    public static func delay(_ text: String, now: Timestamp) -> Duration? {
        let text = text.trimmingOptionalWhitespace
        if !text.isEmpty, text.utf8.allSatisfy({ $0.decimalDigit != nil }) {
            // More digits than `Int64` holds are a wait beyond the limit too.
            return min(Int64(text).map { .seconds($0) } ?? delayMax, delayMax)
        }
        guard let date = HTTPDate.parse(text, now: now) else { return nil }
        return min(max(date - now, .zero), delayMax)
    }
}

extension String {
    /// Without the spaces and tabs that RFC 9110 §5.5 does not count as part of a value.
    fileprivate var trimmingOptionalWhitespace: String {
        let isBlank = { (character: Character) in character == " " || character == "\t" }
        let start = drop(while: isBlank)
        guard let last = start.lastIndex(where: { !isBlank($0) }) else { return "" }
        return String(start[...last])
    }
}
