import Testing

@testable import DeliveryEngine

struct QueueTests {
    private final class Element {}

    @Test func `a queue that is never empty keeps nothing of what went through it for long`() {
        var queue = Queue<Element>()
        queue.append(Element())
        weak var early: Element?
        for number in 0..<1_000 {
            let element = Element()
            if number == 10 { early = element }
            queue.append(element)
            _ = queue.popFirst()
        }
        #expect(queue.count == 1)
        #expect(early == nil)
    }

    @Test func `what is taken comes in the order in which it was appended, however many went before`() {
        var queue = Queue<Int>()
        var taken: [Int] = []
        for number in 0..<500 {
            queue.append(number)
            if number % 3 != 0, let first = queue.popFirst() { taken.append(first) }
        }
        while let first = queue.popFirst() { taken.append(first) }
        #expect(taken == Array(0..<500))
    }
}
