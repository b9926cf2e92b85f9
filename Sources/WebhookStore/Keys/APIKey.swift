public import WebhookCore

/// What a key may do.
public enum Role: String, Sendable, Hashable, CaseIterable {
    /// Everything.
    case admin
    /// Dispatch events, nothing else.
    case publisher
    /// Read.
    case viewer
}

/// An API key as it is listed: without the key, of which only a hash is stored.
public struct APIKey: Sendable, Equatable {
    public let id: Int32
    public let name: String
    public let role: Role
    /// `nil`: every tenant.
    public let tenant: String?
    /// The first characters of the key, so that a person recognises it.
    public let prefix: String
    public let createdAt: Timestamp
}
