/// Whose turn it is among the background duties: of those that are due, the one whose last turn is the longest ago. Pure.
struct DutyRota {
    enum Duty: CaseIterable {
        case maintenance
        case replays
        case rollUp
    }

    /// The one that had its turn last stands last.
    private var line = Duty.allCases
    /// Not in it: due only when it is called.
    private var due: [Duty: ContinuousClock.Instant]

    /// All of them begin at once: somebody else may have left something.
    init(now: ContinuousClock.Instant) {
        due = Dictionary(uniqueKeysWithValues: Duty.allCases.map { ($0, now) })
    }

    /// Gives the next one its turn; `nil`: none is due.
    mutating func next(now: ContinuousClock.Instant) -> Duty? {
        guard let place = line.firstIndex(where: { due[$0].map { $0 <= now } ?? false }) else { return nil }
        let duty = line.remove(at: place)
        line.append(duty)
        due[duty] = nil
        return duty
    }

    /// There is something to do for it, now or in the meantime.
    mutating func call(_ duty: Duty, at time: ContinuousClock.Instant) {
        due[duty] = due[duty].map { min($0, time) } ?? time
    }

    /// When the next one is due; `nil`: when one is called.
    var nextDue: ContinuousClock.Instant? { due.values.min() }
}
