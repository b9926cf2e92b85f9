import Testing

@testable import DeliveryEngine

struct LookPaceTests {
    private let start = ContinuousClock.now

    private func pace(after cost: Duration) -> LookPace {
        var pace = LookPace()
        pace.looked(from: start, to: start + cost)
        return pace
    }

    @Test func `before the first look and after a quick one there is no rest`() {
        #expect(LookPace().rest(now: start) == nil)
        #expect(pace(after: .milliseconds(5)).rest(now: start + .milliseconds(5)) == nil)
    }

    @Test func `the rest grows with the cost, and passes`() {
        let pace = pace(after: .milliseconds(15))
        #expect(pace.rest(now: start + .milliseconds(15)) == .milliseconds(200))
        #expect(pace.rest(now: start + .milliseconds(115)) == .milliseconds(100))
        #expect(pace.rest(now: start + .milliseconds(215)) == nil)
    }

    @Test func `one slow look does not stop the lanes for long`() {
        let pace = pace(after: .seconds(30))
        #expect(pace.rest(now: start + .seconds(30)) == LookPace.pauseMax)
    }
}
