import EndToEndSupport
import LoopbackReceiver
import Synchronization

/// What was sent, what was acknowledged, and what of it arrived.
///
/// Every event has a number of its own as its data, and the profile `newmeta` delivers the data alone: so each request
/// says which event it is.
final class Ledger: Sendable {
    private struct Entries {
        var sent = 0
        var acknowledged: Set<Int> = []
    }

    private let entries = Mutex(Entries())

    /// The number of the next event.
    func next() -> Int {
        entries.withLock { entries in
            entries.sent += 1
            return entries.sent
        }
    }

    /// The gateway has promised to deliver this one.
    func acknowledge(_ number: Int) {
        entries.withLock { _ = $0.acknowledged.insert(number) }
    }

    var acknowledgedCount: Int { entries.withLock { $0.acknowledged.count } }

    /// Holds the promises against what the receiver got.
    func balance(_ requests: [ReceivedRequest]) -> Balance {
        let (sent, acknowledged) = entries.withLock { ($0.sent, $0.acknowledged) }
        let numbers = requests.map { Int($0.bodyText) ?? -1 }
        let received = Set(numbers)
        let deliveries = Set(requests.compactMap(\.deliveryID))
        return Balance(
            lost: acknowledged.subtracting(received),
            invented: received.filter { !(1...max(1, sent)).contains($0) },
            storedTwice: deliveries.count - received.count,
            sentAgain: requests.count - deliveries.count)
    }
}

/// The result of a ``Ledger``.
struct Balance: CustomStringConvertible {
    /// Acknowledged and never received.
    let lost: Set<Int>
    /// Received and never sent.
    let invented: Set<Int>
    /// Deliveries beyond the first of one event.
    let storedTwice: Int
    /// Requests beyond the first of one delivery.
    let sentAgain: Int

    var description: String {
        "lost \(lost.sorted()), invented \(invented.sorted()), stored twice \(storedTwice), sent again \(sentAgain)"
    }
}
