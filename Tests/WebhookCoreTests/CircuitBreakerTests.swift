import Testing
import WebhookCore

struct CircuitBreakerTests {
    /// `x` is a failure, `.` a success.
    private func tally(_ outcomes: String) -> BreakerTally {
        var tally = BreakerTally()
        for outcome in outcomes { tally.record(isSuccess: outcome == ".") }
        return tally
    }

    @Test(arguments: [
        ("", 0, 0, 0, false), ("x", 1, 1, 1, false), (".", 0, 0, 0, true), ("xx.x", 2, 2, 1, true),
        (".xxx", 0, 3, 3, true),
        ("x.xxx.xx", 1, 3, 2, true), ("xxxx.", 4, 4, 0, true),
    ])
    func `a tally keeps the runs that the breaker needs`(
        outcomes: String, leading: Int, longest: Int, trailing: Int, anySuccess: Bool
    ) {
        let tally = tally(outcomes)
        #expect(tally.leadingFailures == leading)
        #expect(tally.longestRun == longest)
        #expect(tally.trailingFailures == trailing)
        #expect(tally.anySuccess == anySuccess)
    }

    @Test(arguments: [
        (0, "x", 1, false), (8, "x", 9, false), (9, "x", 10, true), (9, ".", 0, false), (9, ".x", 1, false),
        (9, "x.", 10, true),
        (5, "xxxxx", 10, true), (0, "xxxxxxxxxx", 10, true), (0, "xxxxxxxxx", 9, false), (3, ".xxxxxxxxxx.", 10, true),
        (3, "xxxxxx.xxx", 3, false), (0, "xxxxxxxxxxxxxxx", 10, true), (4, "", 4, false),
    ])
    func `ten failures in a row trip it, a success starts anew`(
        count: Int, outcomes: String, newCount: Int, trips: Bool
    ) {
        let result = CircuitBreaker.judge(failureCount: count, tally: tally(outcomes))
        #expect(result.failureCount == newCount)
        #expect(result.trips == trips)
    }

    @Test func `an open breaker does not trip again for nothing`() {
        let result = CircuitBreaker.judge(failureCount: 10, tally: tally(""))
        #expect(result.failureCount == 10)
        #expect(!result.trips)
    }

    @Test func `folding one outcome at a time agrees with folding the set, for every set of twelve`() {
        for bits in 0..<(1 << 12) {
            let outcomes = String((0..<12).map { bits >> $0 & 1 == 1 ? "x" : "." })
            var count = 3
            var tripped = false
            for outcome in outcomes where !tripped {
                let step = CircuitBreaker.judge(failureCount: count, tally: tally(String(outcome)))
                (count, tripped) = (step.failureCount, step.trips)
            }
            let whole = CircuitBreaker.judge(failureCount: 3, tally: tally(outcomes))
            guard whole.failureCount == count, whole.trips == tripped else {
                Issue.record("\(outcomes): \(whole) instead of \(count), \(tripped)")
                return
            }
        }
    }

    @Test func `the reason tells the last error`() {
        #expect(
            CircuitBreaker.tripReason(lastError: "HTTP 500") == "10 consecutive attempts failed; the last one: HTTP 500"
        )
        #expect(CircuitBreaker.tripReason(lastError: nil) == "10 consecutive attempts failed")
        #expect(CircuitBreaker.tripReason(lastError: String(repeating: "x", count: 600)).utf8.count <= 500)
    }
}
