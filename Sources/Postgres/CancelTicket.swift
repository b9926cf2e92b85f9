internal import CLibPQ
internal import Synchronization

/// Asks the server to interrupt whatever one connection runs at that moment.
///
/// `@unchecked Sendable`: a `PGcancel` is a copy of what is needed to reach the server; libpq allows its use on any
/// thread, also while the connection itself is in use.
final class CancelTicket: @unchecked Sendable {
    /// A cancel request opens a connection of its own and blocks; to a host that swallows packets for minutes.
    private static let threadsMax = 16
    private static let threads = Atomic(0)

    private let raw: OpaquePointer

    /// `nil` when the connection is already gone.
    init?(for connection: OpaquePointer) {
        guard let raw = PQgetCancel(connection) else { return nil }
        self.raw = raw
    }

    deinit { PQfreeCancel(raw) }

    /// Sends the request on a helper thread and calls `completion` there once the server has signalled the backend, or
    /// the request has failed.
    ///
    /// - Returns: `false` when too many requests hang already or no thread can be made; `completion` is then never called.
    func send(completion: @escaping @Sendable () -> Void) -> Bool {
        guard Self.threads.add(1, ordering: .relaxed).newValue <= Self.threadsMax else {
            Self.threads.subtract(1, ordering: .relaxed)
            return false
        }
        let hasThread = HelperThread.start {
            var message = [CChar](repeating: 0, count: 256)
            // A failure needs no treatment of its own: the statement then outlives its grace period.
            _ = PQcancel(self.raw, &message, Int32(message.count))
            Self.threads.subtract(1, ordering: .relaxed)
            completion()
        }
        if !hasThread { Self.threads.subtract(1, ordering: .relaxed) }
        return hasThread
    }
}
