import Testing
import WebhookCore

@testable import DeliveryEngine

struct PacerTests {
    private let start = ContinuousClock.now

    /// How many requests leave until `end` by a worker that looks every `step`.
    private func sent(
        _ pacer: inout Pacer, until end: ContinuousClock.Instant, step: Duration
    ) -> Int {
        var count = 0
        var now = start
        while now <= end {
            while pacer.earliest.map({ $0 <= now }) ?? true {
                pacer.sent(now: now)
                count += 1
            }
            now += step
        }
        return count
    }

    @Test(arguments: [(100.0, 1), (100, 20), (1_000, 1), (3.5, 2)])
    func `it lets through the burst and then the rate, however late its timers ring`(rate: Double, burst: Int) {
        var pacer = Pacer(limit: RateLimit(rate: rate, burst: burst))
        let count = Double(sent(&pacer, until: start + .seconds(10), step: .milliseconds(7)))
        let slack = Pacer.slack / .seconds(1)
        #expect(count <= Double(burst) + rate * (10 + slack) + 1)
        #expect(count >= Double(burst) + rate * 10 - 1)
    }

    @Test func `after a pause there is one burst and no more`() {
        var pacer = Pacer(limit: RateLimit(rate: 10, burst: 5))
        _ = sent(&pacer, until: start + .seconds(1), step: .milliseconds(10))
        let later = start + .seconds(3_600)
        var count = 0
        while pacer.earliest.map({ $0 <= later }) ?? true {
            pacer.sent(now: later)
            count += 1
        }
        #expect(count == 5)
    }

    @Test func `a second's worth is the burst when none is given`() {
        #expect(RateLimit(rate: 0.5, burst: nil).burst == 1)
        #expect(RateLimit(rate: 2.5, burst: nil).burst == 3)
        #expect(RateLimit(rate: 100, burst: nil).burst == 100)
    }
}
