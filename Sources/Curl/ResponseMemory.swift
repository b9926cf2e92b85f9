import Synchronization

/// How much of the memory for responses is taken, by those under way and by those that their receivers still hold.
///
/// With thousands of requests in flight their responses could fill the memory. Nothing waits and nothing fails for that:
/// while the memory is taken, only the beginning of a body is kept.
public final class ResponseMemory: Sendable {
    /// Bytes.
    public let bytesMax: Int
    private let taken = Atomic(0)

    public init(bytesMax: Int) {
        precondition(bytesMax >= 0)
        self.bytesMax = bytesMax
    }

    /// Bytes held at this moment.
    public var bytes: Int { taken.load(ordering: .relaxed) }

    /// Whoever was given a response gives back as many bytes as its body has, once it holds it no longer.
    public func release(_ count: Int) {
        taken.subtract(count, ordering: .relaxed)
    }

    /// Called on the curl thread only, so that nobody takes between the look and the taking.
    func reserve(_ count: Int) -> Bool {
        guard bytes + count <= bytesMax else { return false }
        take(count)
        return true
    }

    /// Takes what is kept in any case.
    func take(_ count: Int) {
        taken.add(count, ordering: .relaxed)
    }
}
