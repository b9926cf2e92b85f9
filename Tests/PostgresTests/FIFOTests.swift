import Testing

@testable import Postgres

struct FIFOTests {
    @Test func `elements leave in the order they came`() {
        var queue = FIFO<Int>()
        var out: [Int] = []
        for round in 0..<1000 {
            queue.append(2 * round)
            queue.append(2 * round + 1)
            if let element = queue.popFirst() { out.append(element) }
        }
        #expect(queue.count == 1000)
        while let element = queue.popFirst() { out.append(element) }
        #expect(out == Array(0..<2000))
        #expect(queue.isEmpty)
        #expect(queue.first == nil)
    }

    @Test func `an element can be put back in front`() {
        var queue = FIFO<Int>()
        for element in 1...3 { queue.append(element) }
        queue.prepend(0)
        #expect(queue.popFirst() == 0)
        #expect(queue.popFirst() == 1)
        queue.prepend(1)
        #expect(queue.takeAll() == [1, 2, 3])
        #expect(queue.isEmpty)
    }

    @Test func `elements can be removed from the middle`() {
        var queue = FIFO<Int>()
        for element in 0..<10 { queue.append(element) }
        _ = queue.popFirst()
        queue.removeAll { $0.isMultiple(of: 2) }
        #expect(queue.count == 5)
        #expect(queue.takeAll() == [1, 3, 5, 7, 9])
    }
}
