import Testing

@testable import DeliveryEngine

struct DutyRotaTests {
    private let start = ContinuousClock.now

    @Test func `all begin at once, and then none is due until it is called`() {
        var rota = DutyRota(now: start)
        #expect(
            [rota.next(now: start), rota.next(now: start), rota.next(now: start)] == [.maintenance, .replays, .rollUp])
        #expect(rota.next(now: start + .seconds(86_400)) == nil)
        #expect(rota.nextDue == nil)
        rota.call(.rollUp, at: start)
        #expect(rota.next(now: start) == .rollUp)
    }

    @Test func `one that always has more to do leaves each of the others its turn`() {
        var rota = DutyRota(now: start)
        _ = rota.next(now: start)
        var turns: [DutyRota.Duty] = []
        while turns.count < 6, let duty = rota.next(now: start) {
            turns.append(duty)
            rota.call(duty, at: start)
            rota.call(.maintenance, at: start)
        }
        #expect(turns == [.replays, .rollUp, .maintenance, .replays, .rollUp, .maintenance])
    }

    @Test func `a call makes a duty due earlier, never later`() {
        var rota = DutyRota(now: start)
        while rota.next(now: start) != nil {}
        rota.call(.maintenance, at: start + .seconds(3_600))
        rota.call(.replays, at: start + .seconds(2))
        rota.call(.replays, at: start + .seconds(9))
        #expect(rota.nextDue == start + .seconds(2))
        rota.call(.replays, at: start + .seconds(1))
        #expect(rota.next(now: start) == nil)
        #expect(rota.next(now: start + .seconds(1)) == .replays)
        #expect(rota.nextDue == start + .seconds(3_600))
    }
}
