public import WebhookCore

/// A delivery as it is listed: one event for one subscription, wherever it stands.
public struct StoredDelivery: Sendable, Equatable {
    public let id: DeliveryID
    /// `nil`: it went out in a batch, and its attempt was recorded without the events of the entries, as it was before
    /// `attempts.event_ids`.
    public let eventID: EventID?
    /// `nil` also when the event is no longer kept.
    public let eventName: String?
    public let subscriptionID: SubscriptionID
    public let status: DeliveryStatus
    public let retryCount: Int
    /// `nil`: it will not be sent again.
    public let nextRetryAt: Timestamp?
    public let error: String?
    public let deliveredAt: Timestamp?
    /// Where a list goes on behind it.
    let cursor: DeliveryCursor

    public var createdAt: Timestamp { id.time }
}

/// How far a delivery has come.
public enum DeliveryStatus: String, Sendable, CaseIterable {
    /// Not attempted yet.
    case pending
    /// Attempted in vain, and due again.
    case retry
    case delivered
    /// Out of retries.
    case failed
}

/// Which deliveries are listed; `nil` is any.
public struct DeliveryFilter: Sendable {
    public var subscription: SubscriptionID?
    public var event: EventPattern?
    public var status: DeliveryStatus?
    /// Only what was queued at that time or later.
    public var since: Timestamp?

    public init(
        subscription: SubscriptionID? = nil, event: EventPattern? = nil, status: DeliveryStatus? = nil,
        since: Timestamp? = nil
    ) {
        (self.subscription, self.event, self.status, self.since) = (subscription, event, status, since)
    }
}

/// A place in the list of deliveries: behind the delivery `id` that stands at the time of the id `key`.
public struct DeliveryCursor: Sendable, Equatable, LosslessStringConvertible {
    static let start = DeliveryCursor(key: .max, id: .max)

    let key: Int64
    /// Entries of one batch stand at the same time. 0: behind all of them.
    let id: Int64

    init(key: Int64, id: Int64) {
        (self.key, self.id) = (key, id)
    }

    /// Reads what `description` writes, and nothing else.
    public init?(_ description: String) {
        let parts = description.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let key = Int64(parts[0]), let id = Int64(parts[1]), key >= 0, id >= 0 else {
            return nil
        }
        self.init(key: key, id: id)
        guard self.description == description else { return nil }
    }

    public var description: String { "\(key)-\(id)" }
}

/// A part of the list of deliveries.
public struct DeliveryPage: Sendable {
    public let deliveries: [StoredDelivery]
    /// `nil`: there is no more. A page may be short and have a next one all the same: what was asked for is rare.
    public let next: DeliveryCursor?
}

/// One request, with what was sent and what came back.
public struct RecordedAttempt: Sendable, Equatable {
    /// Counted from 1; a delivery that began anew counts anew.
    public let number: Int
    public let sentAt: Timestamp
    public let requestURL: String?
    /// A JSON object.
    public let requestHeaders: [UInt8]?
    /// Of the newest attempt only; that of the others differs at most by a change of the profile between them.
    public let requestPayload: String?
    /// `nil`: there was no answer.
    public let responseCode: Int?
    public let responseBody: String?
    public let duration: Duration
    /// `nil`: it was delivered.
    public let error: String?
}

/// What became of the wish to send a delivery again.
public enum RetryAnswer: Sendable, Equatable {
    /// It goes out, as the delivery of that id: a new one when the old one had arrived.
    case queued(DeliveryID)
    case noSuchDelivery
    case subscriptionIsDeleted
    /// Nothing is sent to it: it has to be activated first.
    case subscriptionIsInactive
    case eventIsNoLongerKept
}
