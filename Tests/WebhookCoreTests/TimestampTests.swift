import Testing

@testable import WebhookCore

struct TimestampTests {
    static let instants: [(seconds: Int64, microseconds: Int64, text: String)] = [
        (0, 0, "1970-01-01T00:00:00.000000Z"),
        (1_795_359_845, 123_456, "2026-11-22T15:04:05.123456Z"),
        (1_709_164_800, 0, "2024-02-29T00:00:00.000000Z"),
        (-11_670_998_400, 0, "1600-02-29T00:00:00.000000Z"),
        (4_107_542_400, 0, "2100-03-01T00:00:00.000000Z"),
        (4_107_542_399, 999_999, "2100-02-28T23:59:59.999999Z"),
        (946_684_799, 1, "1999-12-31T23:59:59.000001Z"),
        (-1, 999_999, "1969-12-31T23:59:59.999999Z"),
        (-62_135_596_800, 0, "0001-01-01T00:00:00.000000Z"),
        (253_402_300_799, 0, "9999-12-31T23:59:59.000000Z"),
    ]

    @Test(arguments: instants)
    func `writes and reads RFC 3339`(seconds: Int64, microseconds: Int64, text: String) {
        let time = Timestamp(microsecondsSinceUnixEpoch: seconds * 1_000_000 + microseconds)
        #expect(time.rfc3339(.microseconds) == text)
        #expect(Timestamp(rfc3339: text) == time)
    }

    @Test func `milliseconds are cut off, not rounded`() {
        let time = Timestamp(microsecondsSinceUnixEpoch: 1_795_359_845_123_999)
        #expect(time.rfc3339() == "2026-11-22T15:04:05.123Z")
        #expect(time.rfc3339(utc: .numericOffset) == "2026-11-22T15:04:05.123+00:00")
        #expect(Timestamp(microsecondsSinceUnixEpoch: -1).rfc3339() == "1969-12-31T23:59:59.999Z")
    }

    @Test(arguments: [
        ("2026-11-22T16:04:05+01:00", 1_795_359_845_000_000),
        ("2026-11-22T09:34:05.5-05:30", 1_795_359_845_500_000),
        ("2026-11-23t00:04:05.123456789+09:00", 1_795_359_845_123_456),
        ("2026-11-22 15:04:05z", 1_795_359_845_000_000),
        ("2026-11-22T15:04:05-00:00", 1_795_359_845_000_000),
        ("2016-12-31T23:59:60Z", 1_483_228_800_000_000),
        ("2017-01-01T00:59:60+01:00", 1_483_228_800_000_000),
    ])
    func `reads any offset, fraction and leap second`(text: String, microseconds: Int64) {
        #expect(Timestamp(rfc3339: text)?.microsecondsSinceUnixEpoch == microseconds)
    }

    @Test(arguments: [
        "", "2026-11-22", "2026-11-22T15:04:05", "2026-11-22T15:04Z", "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-04-31T00:00:00Z", "2026-11-22T24:00:00Z",
        "2026-11-22T15:60:00Z", "2026-11-22T15:04:61Z", "2026-11-22T15:04:60Z", "2026-11-22T15:04:05.Z",
        "2026-11-22T15:04:05+0100", "2026-11-22T15:04:05+24:00", "2026-11-22T15:04:05+01:60", "2026-11-22T15:04:05Zz",
        " 2026-11-22T15:04:05Z", "+2026-11-22T15:04:05Z", "2026-11-22T15:04:05,5Z", "２026-11-22T15:04:05Z",
    ])
    func `refuses what RFC 3339 does not allow`(text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    @Test func `every day of 800 years has its own number, one more than the day before`() {
        var expected = CivilDate(daysSinceUnixEpoch: -146_097).daysSinceUnixEpoch
        #expect(expected == -146_097)
        for days in -146_097..<146_097 {
            let date = CivilDate(daysSinceUnixEpoch: days)
            guard CivilDate(year: date.year, month: date.month, day: date.day) != nil,
                date.daysSinceUnixEpoch == expected
            else {
                Issue.record("day \(days) became \(date)")
                return
            }
            expected += 1
        }
    }

    @Test func `adding durations keeps microseconds and stops at the ends`() {
        let time = Timestamp(microsecondsSinceUnixEpoch: 5)
        #expect((time + .milliseconds(1)).microsecondsSinceUnixEpoch == 1_005)
        #expect((time - .microseconds(6)).microsecondsSinceUnixEpoch == -1)
        #expect(time + .seconds(Int64.max) == Timestamp(microsecondsSinceUnixEpoch: .max))
        #expect(
            Timestamp(microsecondsSinceUnixEpoch: .min) - .seconds(1) == Timestamp(microsecondsSinceUnixEpoch: .min))
        #expect(time + .seconds(2) - time == .seconds(2))
    }

    @Test func `times at the ends of the range can be written`() {
        #expect(Timestamp(microsecondsSinceUnixEpoch: .max).rfc3339().hasPrefix("294247-01-10T"))
        #expect(Timestamp(microsecondsSinceUnixEpoch: .min).rfc3339().hasPrefix("-290308-12-21T"))
    }
}
