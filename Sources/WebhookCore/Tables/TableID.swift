/// Names one inbound table: a small number that grows by one.
public struct TableID: RawRepresentable, Sendable, Hashable, Comparable, LosslessStringConvertible {
    public let rawValue: Int32

    public init(rawValue: Int32) { self.rawValue = rawValue }

    /// Reads what `description` writes, and nothing else: no sign, no leading zero, no space.
    public init?(_ description: String) {
        guard let value = Int32(description), value > 0, String(value) == description else { return nil }
        self.init(rawValue: value)
    }

    public var description: String { String(rawValue) }

    public static func < (left: TableID, right: TableID) -> Bool { left.rawValue < right.rawValue }
}
