/// Who may have a request in flight on this worker.
///
/// Second class are retries, what waits in the lanes of slow subscriptions, and whatever goes to a receiver that is slow
/// now: it may fill half of the slots and no more, so that a first attempt finds the rest, however much of the others
/// hangs. Slots are not lent: who has one may keep it for half a minute.
struct RequestSlots {
    let total: Int
    let secondClassMax: Int
    private(set) var inFlight = 0
    private(set) var secondClass = 0

    init(total: Int) {
        precondition(total >= 1)
        self.total = total
        secondClassMax = max(1, total / 2)
    }

    var hasRoom: Bool { inFlight < total }
    var hasRoomForSecondClass: Bool { hasRoom && secondClass < secondClassMax }

    mutating func started() { inFlight += 1 }
    mutating func ended() { inFlight -= 1 }

    /// Requests of one subscription changed their class, began or ended: so many of them are second class now.
    mutating func recount(from before: Int, to now: Int) {
        secondClass += now - before
    }
}
