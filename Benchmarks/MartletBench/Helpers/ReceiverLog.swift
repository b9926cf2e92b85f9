import LoopbackReceiver
import Synchronization

/// What the receiver got, as records, one of each event in a batch; two paths of the same server hand them out and forget them.
final class ReceiverLog: Sendable {
    /// Answers with all records as bytes.
    static let ledgerPath = "/ledger"
    /// Forgets all records.
    static let resetPath = "/reset"

    private let records = Mutex<[ReceivedRecord]>([])
    private let progress: SharedCounter
    /// Requests that did not go to the plain path.
    private let busyRequests = Atomic(0)

    init(progress: SharedCounter) {
        self.progress = progress
        records.withLock { $0.reserveCapacity(1_000_000) }
    }

    /// Called on the receiver's thread.
    func reply(to request: ReceivedRequest) -> ReceiverReply {
        if request.head.starts(with: "POST \(Self.ledgerPath) ".utf8) {
            return .respond(body: Records.encode(records.withLock { $0 }))
        }
        if request.head.starts(with: "POST \(Self.resetPath) ".utf8) {
            records.withLock { $0.removeAll(keepingCapacity: true) }
            progress.count = 0
            return .respond()
        }
        let deliveryID = Self.number(after: "X-Delivery-ID: ", in: request.head)
        let numbers = request.body.withUnsafeBytes { ByteSearch.numbers(after: #"{"n":"#, in: $0) }
        progress.count = records.withLock { records in
            for number in numbers.isEmpty ? [0] : numbers {
                records.append(
                    ReceivedRecord(deliveryID: deliveryID, number: number, receivedAt: Int64(request.receivedAt)))
            }
            return records.count
        }
        return behaviour(of: request)
    }

    /// What the path asks for; nearly always nothing.
    private func behaviour(of request: ReceivedRequest) -> ReceiverReply {
        guard !request.head.starts(with: "POST \(ReceiverBehaviour.plain.path) ".utf8) else { return .respond() }
        return ReceiverBehaviour(requestHead: request.head).reply(
            passing: busyRequests.add(1, ordering: .relaxed).newValue)
    }

    /// The digits behind the first `mark`; 0 when there is none.
    static func number(after mark: StaticString, in bytes: [UInt8]) -> Int64 {
        bytes.withUnsafeBytes { ByteSearch.number(after: mark, in: $0) ?? 0 }
    }
}
