/// A day of the proleptic Gregorian calendar, and its place in a count of days.
///
/// The arithmetic counts in eras of 400 years (146,097 days) and in years that begin on 1 March, so that the leap day
/// is the last day of its year and needs no special case.
struct CivilDate: Equatable {
    let year: Int
    /// 1...12
    let month: Int
    /// 1...31
    let day: Int

    /// `nil` when the calendar has no such day, e.g. 29 February 2026.
    init?(year: Int, month: Int, day: Int) {
        guard (1...12).contains(month), day >= 1, day <= CivilDate.daysIn(month: month, of: year) else { return nil }
        (self.year, self.month, self.day) = (year, month, day)
    }

    /// The day that lies `days` days after 1970-01-01 (before it when negative).
    init(daysSinceUnixEpoch days: Int) {
        let shifted = days + CivilDate.daysFromEraStartToUnixEpoch
        let era = (shifted >= 0 ? shifted : shifted - (CivilDate.daysInEra - 1)) / CivilDate.daysInEra
        let dayOfEra = shifted - era * CivilDate.daysInEra
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    var daysSinceUnixEpoch: Int {
        let yearFromMarch = month <= 2 ? year - 1 : year
        let era = (yearFromMarch >= 0 ? yearFromMarch : yearFromMarch - 399) / 400
        let yearOfEra = yearFromMarch - era * 400
        let monthFromMarch = month > 2 ? month - 3 : month + 9
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * CivilDate.daysInEra + dayOfEra - CivilDate.daysFromEraStartToUnixEpoch
    }

    private static let daysInEra = 146_097

    /// From 0000-03-01 to 1970-01-01.
    private static let daysFromEraStartToUnixEpoch = 719_468

    private static func daysIn(month: Int, of year: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private static func isLeap(_ year: Int) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }
}
