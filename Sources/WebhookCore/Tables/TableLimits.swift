/// The bounds of inbound tables.
public enum TableLimits {
    /// Of the body of a push, and of a call that makes or changes a table.
    public static let bodyBytesMax = 512_000
    public static let titleCharactersMax = 255
    /// A character may be made of any number of marks; the title is in every event.
    public static let titleBytesMax = 2_048
    /// In one push: each is an event, and all are one transaction.
    public static let appendedRowsMax = 10_000
    /// Of a table: it is read and shown as a whole.
    public static let rowsMax = 1_000_000
    /// The rows of a table together.
    public static let rowBytesMax = 32 * 1_024 * 1_024
    public static let idempotencyKeyBytes = 1...255
}
