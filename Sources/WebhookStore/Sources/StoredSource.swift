public import WebhookCore

/// A source as the database knows it; its secrets sealed.
public struct StoredSource: Sendable {
    public let id: Int32
    public let tenant: String
    public let settings: SourceSettings
    /// How many secrets it has; without any, every push is refused.
    public let secretCount: Int
    public let version: Int32
    public let createdAt: Timestamp
    public let updatedAt: Timestamp

    let secrets: [UInt8]?
}
