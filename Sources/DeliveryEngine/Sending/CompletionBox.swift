internal import Synchronization

/// Carries ended requests from curl's thread to the loop: many of them for one hop.
final class CompletionBox: Sendable {
    private let ended = Mutex<[Sent]>([])
    private let wake: @Sendable () -> Void

    /// - Parameter wake: called on curl's thread when the box was empty; must lead to `takeAll`.
    init(wake: @escaping @Sendable () -> Void) {
        self.wake = wake
    }

    func put(_ sent: Sent) {
        let wasEmpty = ended.withLock { ended in
            ended.append(sent)
            return ended.count == 1
        }
        if wasEmpty { wake() }
    }

    func takeAll() -> [Sent] {
        ended.withLock { ended in
            defer { ended.removeAll(keepingCapacity: true) }
            return ended
        }
    }
}
