public import WebhookCore

/// One occurrence, accepted and about to be stored: validated, its sensitive members dropped.
public struct Event: Sendable {
    public static let dataBytesMax = 1_048_576

    public let name: EventName
    public let tenant: String
    /// JSON text, delivered byte for byte.
    public let data: [UInt8]
    /// The first event of a key and tenant is stored, a later one is answered with the first.
    public let idempotencyKey: String?
    /// `nil`: when it is stored.
    public let occurredAt: Timestamp?

    public init(name: EventName, tenant: String, data: [UInt8], idempotencyKey: String?, occurredAt: Timestamp?) {
        self.name = name
        self.tenant = tenant
        self.data = data
        self.idempotencyKey = idempotencyKey
        self.occurredAt = occurredAt
    }
}

/// What became of an event: committed.
public struct RecordedEvent: Sendable, Equatable {
    /// Of a duplicate, the first event with its key.
    public let id: EventID
    /// How many deliveries it made: none when it is a duplicate.
    public let deliveries: Int
    public let isDuplicate: Bool
}
