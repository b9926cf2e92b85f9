/// Names one event.
public struct EventID: TimeOrderedID {
    public let rawValue: Int64

    public init(rawValue: Int64) { self.rawValue = rawValue }
}
