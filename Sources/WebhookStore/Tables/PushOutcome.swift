/// What came of a push that was signed as it should be.
public enum PushOutcome: Sendable, Equatable {
    case stored(PushedTable)
    /// The table would be larger than a table may be.
    case full
    /// The secret that the signature was checked with is not the table's any more: nothing was stored.
    case secretChanged
    case unknownTable
}

/// A table after a push.
public struct PushedTable: Sendable, Equatable {
    public let title: String
    public let rowCount: Int
    public let version: Int64
    /// The push was made before, by its idempotency key: this one has changed nothing.
    public let isDuplicate: Bool

    public init(title: String, rowCount: Int, version: Int64, isDuplicate: Bool) {
        (self.title, self.rowCount, self.version, self.isDuplicate) = (title, rowCount, version, isDuplicate)
    }
}
