public import WebhookCore

/// A table as the database knows it, without its rows.
public struct StoredTable: Sendable, Equatable {
    public let id: TableID
    public let tenant: String
    /// A segment of the names of its events.
    public let name: String
    public let title: String
    public let isPublic: Bool
    /// Counts every change of the document, its rows, the title, the name and `isPublic`.
    public let version: Int64
    public let rowCount: Int
    /// About the size of all rows as JSON.
    public let rowBytes: Int64
    /// JSON text of an array of strings.
    public let headers: [UInt8]
    /// JSON text.
    public let settings: [UInt8]
    /// JSON text.
    public let formatting: [UInt8]
    /// Whether there is a secret, so that pushes may be accepted.
    public let acceptsPushes: Bool
    public let createdAt: Timestamp
    public let updatedAt: Timestamp
}

/// A table with its rows, read at one moment.
public struct StoredTableDocument: Sendable, Equatable {
    public let table: StoredTable
    /// JSON text of an array of arrays of strings.
    public let rows: [UInt8]
}
