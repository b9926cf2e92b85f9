import Synchronization

/// Values in the order they were added, from any thread.
final class Tally<Value: Sendable>: Sendable {
    private let state = Mutex<[Value]>([])

    func add(_ value: Value) {
        state.withLock { $0.append(value) }
    }

    var values: [Value] { state.withLock { $0 } }
}
