/// A table with its document, read at one moment.
public struct StoredTableDocument: Sendable, Equatable {
    public let table: StoredTable
    /// JSON text of an array of strings.
    public let headers: [UInt8]
    /// JSON text of an array of arrays of strings.
    public let rows: [UInt8]
    /// JSON text of an object or an array.
    public let settings: [UInt8]
    /// The same.
    public let formatting: [UInt8]
}
