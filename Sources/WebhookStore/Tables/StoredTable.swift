public import WebhookCore

/// A table as the database knows it, without its document.
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
    /// The size of all rows as JSON.
    public let rowBytes: Int64
    /// Whether there is a secret, so that pushes may be accepted.
    public let acceptsPushes: Bool
    public let createdAt: Timestamp
    public let updatedAt: Timestamp
}
