import Testing

@testable import DeliveryEngine

struct ArrivalRateTests {
    private let start = ContinuousClock.now

    /// After `count` were found every `interval`, for a second.
    private func rate(_ count: Int, every interval: Duration) -> ArrivalRate {
        var rate = ArrivalRate()
        for look in 0..<Int(.seconds(1) / interval) { rate.found(count, now: start + interval * look) }
        return rate
    }

    @Test(arguments: [(1, Duration.milliseconds(1), false), (4, .milliseconds(1), true), (70, .milliseconds(10), true)])
    func `it is fast from 3,000 a second on`(found: Int, interval: Duration, isFast: Bool) {
        #expect(rate(found, every: interval).isFast == isFast)
    }

    @Test func `what was held up and comes at once is not fast`() {
        var rate = rate(1, every: .milliseconds(1))
        let end = start + .seconds(1)
        rate.found(40, now: end + .milliseconds(40))
        for look in 41..<200 {
            rate.found(1, now: end + .milliseconds(look))
            #expect(!rate.isFast)
        }
    }

    @Test func `a pause ends it`() {
        var rate = rate(70, every: .milliseconds(10))
        rate.found(70, now: start + .seconds(2))
        #expect(!rate.isFast)
    }

    @Test func `what was there at the start says nothing`() {
        var rate = ArrivalRate()
        rate.found(10_000, now: start)
        rate.found(1, now: start + ArrivalRate.window)
        #expect(!rate.isFast)
    }
}
