/// First in, first out; taking the first costs nothing.
struct Queue<Element>: Sequence {
    private var elements: [Element] = []
    private var head = 0

    /// So many that were taken may lie before the first.
    private static var takenMax: Int { 64 }

    var count: Int { elements.count - head }
    var first: Element? { head < elements.count ? elements[head] : nil }

    mutating func append(_ element: Element) {
        elements.append(element)
    }

    mutating func popFirst() -> Element? {
        guard let first else { return nil }
        head += 1
        if head == elements.count {
            elements.removeAll(keepingCapacity: true)
            head = 0
        } else if head >= Self.takenMax, head * 2 >= elements.count {
            // A queue that is never empty must not keep all that ever went through it.
            elements.removeFirst(head)
            head = 0
        }
        return first
    }

    /// Takes out everything behind the first `count`, or of those that `isMeant` names.
    mutating func take(beyond count: Int, where isMeant: (Element) -> Bool = { _ in true }) -> [Element] {
        guard self.count > count else { return [] }
        var kept: [Element] = []
        var taken: [Element] = []
        var met = 0
        for element in self {
            guard isMeant(element) else {
                kept.append(element)
                continue
            }
            met += 1
            if met <= count { kept.append(element) } else { taken.append(element) }
        }
        (elements, head) = (kept, 0)
        return taken
    }

    func makeIterator() -> ArraySlice<Element>.Iterator { elements[head...].makeIterator() }
}
