import Testing
import WebhookStore

@testable import DeliveryEngine

struct ScanPositionTests {
    private let start = ContinuousClock.now

    private func sample(id: Int64, oldest: Int64, next: Int64) -> SampleHorizon.Row {
        SampleHorizon.Row(id: id, oldestTransaction: oldest, nextTransaction: next)
    }

    @Test func `the first claim looks at everything, and so does one every ten seconds`() {
        var scan = ScanPosition()
        #expect(scan.next(now: start) == 0)
        scan.claimed([5, 9], limit: 2)
        _ = scan.next(now: start + .seconds(9))
        #expect(scan.next(now: start + .seconds(9) + .milliseconds(1)) == 9)
        #expect(scan.next(now: start + ScanPosition.fullSweepInterval) == 0)
    }

    @Test func `while claims come back full the next one begins behind the last id`() {
        var scan = ScanPosition()
        _ = scan.next(now: start)
        scan.claimed([5, 9], limit: 2)
        // One safe sweep, then behind the last claimed id until half a second is over.
        #expect(scan.next(now: start + .milliseconds(1)) == 0)
        scan.claimed([11, 12], limit: 2)
        #expect(scan.next(now: start + .milliseconds(2)) == 12)
        scan.claimed([13, 10], limit: 2)
        #expect(scan.next(now: start + .milliseconds(3)) == 13)
        #expect(scan.next(now: start + .milliseconds(1) + ScanPosition.safeSweepInterval) == 0)
    }

    @Test func `a claim that was not full is followed by a look from the safe horizon`() {
        var scan = ScanPosition()
        _ = scan.next(now: start)
        scan.claimed([5, 9], limit: 10)
        #expect(scan.next(now: start + .milliseconds(1)) == 0)
    }

    @Test func `an id is safe when the transactions of a later sample have ended`() {
        var scan = ScanPosition()
        _ = scan.next(now: start)
        scan.sampled(sample(id: 100, oldest: 7, next: 10), at: start)
        scan.sampled(sample(id: 200, oldest: 7, next: 12), at: start + .milliseconds(100))
        // Transaction 11 may have made an id before 200 and still run: only what lies an interval before is safe.
        scan.sampled(sample(id: 300, oldest: 12, next: 15), at: start + .milliseconds(200))
        #expect(scan.next(now: start + .milliseconds(201)) == 100)
    }

    @Test func `a transaction that stays open keeps the horizon where it is`() {
        var scan = ScanPosition()
        _ = scan.next(now: start)
        for step in 0..<5_000 {
            scan.sampled(
                sample(id: Int64(step) * 100, oldest: 7, next: 10 + Int64(step)),
                at: start + .milliseconds(100) * step)
        }
        #expect(scan.next(now: start + .milliseconds(1)) == 0)
        // It ends: what the oldest kept samples say becomes safe at once.
        scan.sampled(sample(id: 900_000, oldest: 9_000, next: 9_001), at: start + .seconds(600))
        #expect(scan.next(now: start + .milliseconds(2)) > 0)
        #expect(scan.next(now: start + .milliseconds(2)) < 900_000)
    }

    @Test func `returned leases send the next claim back to the beginning`() {
        var scan = ScanPosition()
        _ = scan.next(now: start)
        scan.claimed([5, 9], limit: 2)
        _ = scan.next(now: start + .milliseconds(1))
        #expect(scan.next(now: start + .milliseconds(2)) == 9)
        scan.startOver()
        #expect(scan.next(now: start + .milliseconds(3)) == 0)
    }

    @Test func `a backlog below the safe horizon is claimed to its end, not left for the next full look`() {
        var scan = ScanPosition()
        _ = scan.next(now: start)
        scan.claimed([1, 2], limit: 2)
        // The whole backlog is older than the horizon soon after the start.
        scan.sampled(sample(id: 1_000, oldest: 7, next: 7), at: start)
        scan.sampled(sample(id: 2_000, oldest: 8, next: 8), at: start + .milliseconds(100))
        scan.sampled(sample(id: 3_000, oldest: 9, next: 9), at: start + .milliseconds(200))
        for (step, ids) in [[3, 4], [5, 6], [7, 8]].enumerated() {
            let now = start + .milliseconds(201) + ScanPosition.safeSweepInterval * step
            #expect(scan.next(now: now) == Int64(ids[0] - 1))
            scan.claimed(ids.map(Int64.init), limit: 2)
        }
        // Its end: from now on only what is new, or was committed late.
        let now = start + .seconds(3)
        #expect(scan.next(now: now) == 8)
        scan.claimed([9], limit: 2)
        #expect(scan.next(now: now + .milliseconds(1)) >= 1_000)
    }

    @Test func `what a sweep finds far behind is continued from there`() {
        var scan = ScanPosition()
        _ = scan.next(now: start)
        scan.claimed([900, 901], limit: 2)
        scan.startOver()
        #expect(scan.next(now: start + .milliseconds(1)) == 0)
        scan.claimed([5, 9], limit: 2)
        _ = scan.next(now: start + .milliseconds(2))
        #expect(scan.next(now: start + .milliseconds(3)) == 9)
    }

    @Test func `samples are an interval apart`() {
        var scan = ScanPosition()
        #expect(scan.wantsSample(now: start))
        scan.sampled(sample(id: 1, oldest: 1, next: 2), at: start)
        #expect(!scan.wantsSample(now: start + .milliseconds(99)))
        #expect(scan.wantsSample(now: start + .milliseconds(100)))
    }
}
