import Synchronization

/// How many connections there are, and how many more there may be.
final class ConnectionCount: Sendable {
    private let max: Int
    private let open = Atomic(0)

    init(max: Int) {
        self.max = max
    }

    /// Counts one, unless there are enough. `leave` undoes it.
    func enter() -> Bool {
        guard open.add(1, ordering: .relaxed).newValue <= max else {
            leave()
            return false
        }
        return true
    }

    func leave() {
        open.subtract(1, ordering: .relaxed)
    }
}
