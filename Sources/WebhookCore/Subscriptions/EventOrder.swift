/// The order of the entries of an aggregated request.
public enum EventOrder: String, Sendable, Hashable, CaseIterable {
    /// The oldest event first.
    case chronological
    /// The newest event first.
    case reverse
}
