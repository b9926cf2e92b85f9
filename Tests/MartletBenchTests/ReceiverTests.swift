import LoopbackReceiver
import Testing

@testable import martlet_bench

struct ReceiverTests {
    @Test(arguments: [
        ReceiverBehaviour.plain, ReceiverBehaviour(hangs: true), ReceiverBehaviour(delay: 20, bytes: 65_536),
        ReceiverBehaviour(takesOneIn: 5),
    ])
    func `a behaviour is read as its path says it`(behaviour: ReceiverBehaviour) {
        let head = Array("POST \(behaviour.path) HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Delivery-ID: 7\r\n".utf8)
        #expect(ReceiverBehaviour(requestHead: head).path == behaviour.path)
    }

    @Test func `of five requests to a busy receiver one is taken`() {
        let busy = ReceiverBehaviour(takesOneIn: 5)
        let taken = (1...20).count { count in
            if case .response(200, _, _) = busy.reply(passing: count) { true } else { false }
        }
        #expect(taken == 4)
    }

    @Test func `in flight is what came within the time of an answer`() {
        let records = [0, 5, 9, 10, 30].map { ReceivedRecord(deliveryID: 1, number: 1, receivedAt: $0) }
        #expect(records.inFlightMax(delay: 10) == 3)
        #expect(records.inFlightMax(delay: 100) == 5)
        #expect([ReceivedRecord]().inFlightMax(delay: 10) == 0)
    }

    @Test func `the rate at the end counts the end alone`() {
        let second: Int64 = 1_000_000_000
        let slow = (0...10).map { ReceivedRecord(deliveryID: 0, number: 0, receivedAt: $0 * second) }
        let fast = (1...101).map {
            ReceivedRecord(deliveryID: 0, number: 0, receivedAt: 10 * second + $0 * second / 100)
        }
        #expect((slow + fast).rate(inLast: second) == 100)
    }
}
