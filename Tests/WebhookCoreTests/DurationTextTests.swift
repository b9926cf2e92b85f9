import Testing
import WebhookCore

struct DurationTextTests {
    @Test(arguments: [
        ("500ms", Duration.milliseconds(500)), ("15s", .seconds(15)), ("2m", .seconds(120)), ("24h", .seconds(86_400)),
        ("0s", .zero), ("90s", .seconds(90)),
    ])
    func `reads a number and a unit`(text: String, duration: Duration) {
        #expect(DurationText.parse(text) == duration)
    }

    @Test(arguments: [
        "", "s", "15", "15 s", "-1s", "+1s", "1.5s", "1d", "1S", "1s2m", "٣s", "99999999999999999999s",
        "9223372036854775807h",
    ])
    func `refuses everything else`(text: String) {
        #expect(DurationText.parse(text) == nil)
    }

    @Test(arguments: [
        (Duration.milliseconds(1_500), "1500ms"), (.seconds(90), "90s"), (.seconds(120), "2m"), (.seconds(7_200), "2h"),
        (.zero, "0s"), (.seconds(-300), "-5m"),
    ])
    func `writes the shortest text`(duration: Duration, text: String) {
        #expect(DurationText.format(duration) == text)
    }
}
