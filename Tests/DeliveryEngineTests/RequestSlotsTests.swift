import Testing

@testable import DeliveryEngine

struct RequestSlotsTests {
    @Test func `the second class has half of the slots, the first all that are left`() {
        var slots = RequestSlots(total: 8)
        for taken in 0..<4 {
            #expect(slots.hasRoomForSecondClass)
            slots.started()
            slots.recount(from: taken, to: taken + 1)
        }
        #expect(!slots.hasRoomForSecondClass)
        for _ in 0..<4 {
            #expect(slots.hasRoom)
            slots.started()
        }
        #expect(!slots.hasRoom)
        slots.ended()
        slots.recount(from: 4, to: 3)
        #expect(slots.hasRoomForSecondClass)
    }

    @Test func `a receiver that turns slow takes what it has in flight with it`() {
        var slots = RequestSlots(total: 8)
        for _ in 0..<6 { slots.started() }
        #expect(slots.hasRoomForSecondClass)
        slots.recount(from: 0, to: 6)
        #expect(!slots.hasRoomForSecondClass)
        #expect(slots.hasRoom)
    }

    @Test func `with one slot everybody may have it`() {
        #expect(RequestSlots(total: 1).hasRoomForSecondClass)
    }
}
