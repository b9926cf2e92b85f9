import Testing
import WebhookCore

struct RetryAfterTests {
    /// 1994-11-06T08:49:07Z, 30 s before the example date of RFC 9110.
    private static let before = Timestamp(secondsSinceUnixEpoch: 784_111_747)

    @Test(arguments: [
        "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
        " \tSun, 06 Nov 1994 08:49:37 GMT ",
    ])
    func `all three forms of an HTTP date are read`(text: String) {
        #expect(RetryAfter.delay(text, now: Self.before) == .seconds(30))
    }

    @Test(arguments: [
        ("0", Duration.zero), ("120", .seconds(120)), (" 120\t", .seconds(120)), ("00120", .seconds(120)),
        ("86400", .seconds(86_400)),
        ("86401", .seconds(86_400)), ("99999999999999999999999", .seconds(86_400)),
        ("Sun, 06 Nov 1994 08:49:06 GMT", .zero),
        ("Tue, 15 Nov 1994 08:49:37 GMT", .seconds(86_400)), ("Thu Nov 10 08:49:37 1994", .seconds(86_400)),
    ])
    func `the wait lies between now and 24 hours`(text: String, delay: Duration) {
        #expect(RetryAfter.delay(text, now: Self.before) == delay)
    }

    @Test(arguments: [
        "", " ", "-1", "+1", "1.5", "120s", "soon", "１２０", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 31 Nov 1994 08:49:37 GMT", "Sun, 29 Feb 1994 08:49:37 GMT",
        "Son, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT x",
        "1994-11-06T08:49:37Z",
        "Sun Nov 6 08:49:37 1994",
    ])
    func `other texts ask for nothing`(text: String) {
        #expect(RetryAfter.delay(text, now: Self.before) == nil)
    }

    @Test(arguments: [
        // A leap day; a year of two digits that is 50 years ahead at most; and one that is in the past.
        ("Thu, 29 Feb 2024 00:00:05 GMT", "2024-02-29T00:00:00Z", Duration.seconds(5)),
        ("Monday, 01-Jan-01 00:00:05 GMT", "2101-01-01T00:00:00Z", .seconds(5)),
        ("Friday, 31-Dec-99 23:59:59 GMT", "2100-01-01T00:00:00Z", .zero),
        ("Saturday, 01-Jan-00 00:00:05 GMT", "2099-12-31T23:59:59Z", .seconds(6)),
        ("Wednesday, 01-Jan-70 00:00:00 GMT", "2026-11-22T15:04:05Z", .seconds(86_400)),
        ("Sunday, 22-Nov-76 15:04:05 GMT", "2026-11-22T15:04:05Z", .seconds(86_400)),
        ("Sunday, 22-Nov-76 15:04:06 GMT", "2026-11-22T15:04:05Z", .zero),
        ("Wednesday, 22-Nov-77 15:04:05 GMT", "2026-11-22T15:04:05Z", .zero),
    ])
    func `years of two digits are at most 50 years ahead`(text: String, now: String, delay: Duration) throws {
        #expect(RetryAfter.delay(text, now: try #require(Timestamp(rfc3339: now))) == delay)
    }
}
