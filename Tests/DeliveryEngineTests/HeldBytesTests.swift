import Testing

@testable import DeliveryEngine

struct HeldBytesTests {
    private let mebibyte = 1_048_576

    /// So many events of 1 MiB, after some small ones.
    private func held(large count: Int, fromLanes: Bool) -> HeldBytes {
        var held = HeldBytes()
        for _ in 1...8 {
            held.claimed([1_000], fromLanes: false)
            held.claimed([1_000], fromLanes: true)
        }
        held.claimed([Int](repeating: mebibyte, count: count), fromLanes: fromLanes)
        return held
    }

    @Test func `the first claim fits, however large its events are`() {
        let held = HeldBytes()
        #expect((1...HeldBytes.bytesMax / mebibyte).contains(held.room(512)))
        #expect((1...HeldBytes.bytesMax / mebibyte / 2).contains(held.laneRoom(512)))
    }

    @Test func `after small events everything that may be held is claimed`() {
        var held = HeldBytes()
        for _ in 1...4 { held.claimed([1_000, 1_000], fromLanes: false) }
        #expect(held.room(512) == 512)
    }

    @Test(arguments: [false, true]) func `large events leave room for few, and give it back`(fromLanes: Bool) {
        var held = held(large: 6, fromLanes: fromLanes)
        let room = { (held: HeldBytes) in fromLanes ? held.laneRoom(512) : held.room(512) }
        let before = room(held)
        #expect(before < 32)
        for _ in 1...6 { held.forgotten(mebibyte, fromLanes: fromLanes) }
        #expect(room(held) == before + 6)
    }

    @Test func `large events out of lanes leave first attempts their half`() {
        let held = held(large: 16, fromLanes: true)
        #expect(held.laneRoom(512) == HeldBytes.rowsMin)
        #expect(held.room(512) == 512)
    }

    @Test func `when large events fill everything, a few rows are claimed all the same`() {
        let held = held(large: 40, fromLanes: false)
        #expect(held.room(512) == HeldBytes.rowsMin)
        #expect(held.room(3) == 3)
        #expect(held.laneRoom(512) == HeldBytes.rowsMin)
    }

    @Test func `at twice the limit nothing is claimed`() {
        #expect(held(large: 64, fromLanes: false).room(512) == 0)
        #expect(held(large: 64, fromLanes: false).laneRoom(512) == 0)
        let lanes = held(large: 32, fromLanes: true)
        #expect(lanes.laneRoom(512) == 0)
        #expect(lanes.room(512) == HeldBytes.rowsMin)
    }
}
