import Testing
import WebhookCore

struct IdentifierTests {
    @Test func `an id carries its time to the millisecond`() {
        let time = Timestamp(microsecondsSinceUnixEpoch: 1_795_359_845_123_000)
        #expect(DeliveryID(rawValue: 382_909_106_609_979_399).time == time)
        #expect(DeliveryID.floor(at: time).rawValue == 382_909_106_609_979_392)
        #expect(EventID.floor(at: time + .microseconds(999)).rawValue == 382_909_106_609_979_392)
    }

    @Test func `ids made before a time are smaller than its floor`() {
        let time = Timestamp(millisecondsSinceUnixEpoch: 1_795_359_845_123)
        let lastBefore = EventID(rawValue: EventID.floor(at: time).rawValue - 1)
        #expect(lastBefore.time < time)
        #expect(lastBefore < EventID.floor(at: time))
    }

    @Test func `floors stay within the range of ids`() {
        #expect(EventID.floor(at: Timestamp(secondsSinceUnixEpoch: 0)).rawValue == 0)
        #expect(EventID.floor(at: Timestamp(microsecondsSinceUnixEpoch: .max)).rawValue > 0)
    }

    @Test(arguments: ["1", "382909106609979399", "9223372036854775807"])
    func `ids are read as they are written`(text: String) {
        #expect(EventID(text)?.description == text)
    }

    @Test(arguments: ["", "0", "-1", "+1", "01", " 1", "1 ", "1.0", "x", "9223372036854775808"])
    func `other texts are no ids`(text: String) {
        #expect(EventID(text) == nil)
        #expect(SubscriptionID(text) == nil)
    }

    @Test func `subscription ids end at 32 bits`() {
        #expect(SubscriptionID("2147483647")?.rawValue == .max)
        #expect(SubscriptionID("2147483648") == nil)
    }
}
