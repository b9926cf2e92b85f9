/// Actions in the order they are due: a binary heap.
struct TimerQueue {
    private var heap: [(dueAt: UInt64, action: () -> Void)] = []

    var nextDueAt: UInt64? { heap.first?.dueAt }

    mutating func add(at dueAt: UInt64, _ action: @escaping () -> Void) {
        heap.append((dueAt, action))
        var child = heap.count - 1
        while child > 0, case let parent = (child - 1) / 2, heap[child].dueAt < heap[parent].dueAt {
            heap.swapAt(child, parent)
            child = parent
        }
    }

    /// Removes the first action if it is due.
    mutating func popDue(_ now: UInt64) -> (() -> Void)? {
        guard let first = heap.first, first.dueAt <= now else { return nil }
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while case let left = 2 * parent + 1, left < heap.count {
            let right = left + 1
            let child = right < heap.count && heap[right].dueAt < heap[left].dueAt ? right : left
            guard heap[child].dueAt < heap[parent].dueAt else { break }
            heap.swapAt(child, parent)
            parent = child
        }
        return first.action
    }
}
