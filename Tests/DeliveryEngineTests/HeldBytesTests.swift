import Testing

@testable import DeliveryEngine

struct HeldBytesTests {
    @Test func `the first claim fits, however large its events are`() {
        let held = HeldBytes()
        #expect((1...HeldBytes.bytesMax / 1_048_576).contains(held.room(512)))
    }

    @Test func `after small events everything that may be held is claimed`() {
        var held = HeldBytes()
        for _ in 1...4 { held.claimed([1_000, 1_000]) }
        #expect(held.room(512) == 512)
    }

    @Test func `large events leave room for few, and give it back`() {
        var held = HeldBytes()
        for _ in 1...4 { held.claimed([1_000]) }
        let sizes = [Int](repeating: 1_000_000, count: 20)
        held.claimed(sizes)
        #expect(held.room(512) < 20)
        for size in sizes { held.forgotten(size) }
        #expect(held.room(512) > 20)
    }

    @Test func `without room nothing is claimed`() {
        var held = HeldBytes()
        held.claimed([Int](repeating: 1_048_576, count: 40))
        #expect(held.room(512) == 0)
    }
}
