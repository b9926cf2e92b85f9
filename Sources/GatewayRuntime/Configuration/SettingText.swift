internal import GatewayCrypto
public import WebhookCore

/// The forms that the texts of settings have.
public enum SettingText {
    public static func text(_ text: String) throws(SettingError) -> String { text }

    /// `true` or `false`; `1`, `0`, `yes`, `no`, `on`, `off` too.
    public static func boolean(_ text: String) throws(SettingError) -> Bool {
        switch text.lowercased() {
        case "true", "1", "yes", "on": return true
        case "false", "0", "no", "off": return false
        default: throw SettingError("must be true or false, not \"\(text)\"")
        }
    }

    /// A whole number in `range`.
    public static func integer(
        in range: ClosedRange<Int>
    ) -> (String) throws(SettingError) -> Int {
        { text throws(SettingError) in
            guard let number = Int(text), range.contains(number) else {
                throw SettingError(
                    "must be a whole number from \(range.lowerBound) to \(range.upperBound), not \"\(text)\"")
            }
            return number
        }
    }

    /// A duration with its unit, such as `60s`, in `range`.
    public static func duration(
        in range: ClosedRange<Duration>
    ) -> (String) throws(SettingError) -> Duration {
        { text throws(SettingError) in
            guard let duration = DurationText.parse(text), range.contains(duration) else {
                let (low, high) = (DurationText.format(range.lowerBound), DurationText.format(range.upperBound))
                throw SettingError("must be a duration from \(low) to \(high), such as 30s, not \"\(text)\"")
            }
            return duration
        }
    }

    /// Words between commas; blanks around them do not count.
    public static func list(_ text: String) throws(SettingError) -> [String] {
        text.split(separator: ",").map { entry in
            let start = entry.drop { $0.isWhitespace }
            return String(start.reversed().drop { $0.isWhitespace }.reversed())
        }.filter { !$0.isEmpty }
    }

    /// Comma-separated ranges of addresses.
    public static func networks(_ text: String) throws(SettingError) -> [IPNetwork] {
        do throws(IPNetworkListError) {
            return try IPNetwork.list(text)
        } catch {
            throw SettingError("is no list of address ranges: \(error)")
        }
    }

    /// The value of a header field: visible ASCII and blanks within (RFC 9110 §5.5).
    public static func headerValue(_ text: String) throws(SettingError) -> String {
        guard text.utf8.allSatisfy({ (0x20...0x7e).contains($0) }), text.first != " ", text.last != " " else {
            throw SettingError("must be printable ASCII without a blank at either end")
        }
        return text
    }
}
