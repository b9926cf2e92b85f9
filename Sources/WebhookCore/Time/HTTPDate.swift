/// The three forms of a date that a recipient must read (RFC 9110 §5.6.7).
enum HTTPDate {
    /// - Parameter now: decides the century of the obsolete form with two digits: a date that seems more than 50 years
    ///   ahead lies in the past.
    /// - Returns: `nil` for any other form and for days that do not exist. The name of the day is not compared with
    ///   the date, as it tells nothing more.
    static func parse(_ text: String, now: Timestamp) -> Timestamp? {
        imfFixdate(text) ?? rfc850(text, now: now) ?? asctime(text)
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT`
    private static func imfFixdate(_ text: String) -> Timestamp? {
        var reader = DigitReader(text.utf8)
        guard
            reader.skip(oneOf: shortDays) != nil, reader.skip(", "),
            let day = reader.number(digits: 2), reader.skip(" "),
            let month = reader.skip(oneOf: months), reader.skip(" "),
            let year = reader.number(digits: 4), reader.skip(" "),
            let second = secondOfDay(&reader), reader.skip(" GMT"), reader.isAtEnd
        else { return nil }
        return time(year: year, month: month + 1, day: day, second: second)
    }

    /// `Sunday, 06-Nov-94 08:49:37 GMT`
    private static func rfc850(_ text: String, now: Timestamp) -> Timestamp? {
        var reader = DigitReader(text.utf8)
        guard
            reader.skip(oneOf: longDays) != nil, reader.skip(", "),
            let day = reader.number(digits: 2), reader.skip("-"),
            let month = reader.skip(oneOf: months), reader.skip("-"),
            let shortYear = reader.number(digits: 2), reader.skip(" "),
            let second = secondOfDay(&reader), reader.skip(" GMT"), reader.isAtEnd
        else { return nil }
        let today = CivilDate(daysSinceUnixEpoch: Int(now.secondsSinceUnixEpoch / 86_400))
        let year = today.year - today.year % 100 + shortYear
        // The year as it stands, or the nearest that is no more than 50 years ahead.
        for candidate in [year + 100, year, year - 100] {
            guard let time = time(year: candidate, month: month + 1, day: day, second: second) else { continue }
            let (ahead, limit) = (candidate - today.year, 50)
            if ahead < limit { return time }
            guard ahead == limit, let anniversary = fiftyYears(after: now, today: today) else { continue }
            if time <= anniversary { return time }
        }
        return nil
    }

    /// `Sun Nov  6 08:49:37 1994`
    private static func asctime(_ text: String) -> Timestamp? {
        var reader = DigitReader(text.utf8)
        guard
            reader.skip(oneOf: shortDays) != nil, reader.skip(" "),
            let month = reader.skip(oneOf: months), reader.skip(" "),
            let day = reader.skip(" ") ? reader.number(digits: 1) : reader.number(digits: 2), reader.skip(" "),
            let second = secondOfDay(&reader), reader.skip(" "),
            let year = reader.number(digits: 4), reader.isAtEnd
        else { return nil }
        return time(year: year, month: month + 1, day: day, second: second)
    }

    /// `08:49:37`; a leap second counts as the second that follows it.
    private static func secondOfDay(_ reader: inout DigitReader) -> Int? {
        guard
            let hour = reader.number(digits: 2), hour < 24, reader.skip(":"),
            let minute = reader.number(digits: 2), minute < 60, reader.skip(":"),
            let second = reader.number(digits: 2), second <= 60
        else { return nil }
        return (hour * 60 + minute) * 60 + second
    }

    private static func time(year: Int, month: Int, day: Int, second: Int) -> Timestamp? {
        guard let date = CivilDate(year: year, month: month, day: day) else { return nil }
        return Timestamp(secondsSinceUnixEpoch: Int64(date.daysSinceUnixEpoch * 86_400 + second))
    }

    /// 50 years after `now`; 28 February stands in for a leap day.
    private static func fiftyYears(after now: Timestamp, today: CivilDate) -> Timestamp? {
        let secondOfDay = Int(now.secondsSinceUnixEpoch) - today.daysSinceUnixEpoch * 86_400
        return time(year: today.year + 50, month: today.month, day: today.day, second: secondOfDay)
            ?? time(year: today.year + 50, month: 2, day: 28, second: secondOfDay)
    }

    private static let shortDays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    private static let longDays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}
