/// How the events of a subscription leave the queue.
public enum QueueMode: String, Sendable, Hashable, CaseIterable {
    /// One event a request, as soon as a worker is free.
    case immediate
    /// Several events a request, every `batch_interval`.
    case queued
}
