import Testing

@testable import Postgres

struct MonotonicTimeTests {
    private let time = MonotonicTime(nanoseconds: 5_000_000_000)

    @Test func `durations add and subtract`() {
        #expect(time + .milliseconds(1500) == MonotonicTime(nanoseconds: 6_500_000_000))
        #expect((time + .seconds(3)) - time == .seconds(3))
    }

    @Test func `a deadline of centuries saturates`() {
        #expect(time + .seconds(Int64.max) == .distantFuture)
    }

    @Test func `milliseconds round up, so that no timer fires early`() {
        #expect((time + .nanoseconds(1)).millisecondsRoundedUp(from: time) == 1)
        #expect((time + .microseconds(1500)).millisecondsRoundedUp(from: time) == 2)
        #expect(time.millisecondsRoundedUp(from: time + .seconds(1)) == 0)
        #expect(MonotonicTime.distantFuture.millisecondsRoundedUp(from: time) == .max)
    }
}
