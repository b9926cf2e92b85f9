public import WebhookCore

/// Names one replay; made before everything it sends.
public struct ReplayID: TimeOrderedID {
    public let rawValue: Int64

    public init(rawValue: Int64) { self.rawValue = rawValue }
}

/// Which deliveries of a subscription are to be sent again.
public struct ReplayRequest: Sendable {
    /// What became of them. Those that wait are on their way in any case.
    public enum Outcome: String, Sendable, CaseIterable {
        case failed
        case delivered
        case any
    }

    public let subscription: SubscriptionID
    /// Queued at that time or later.
    public let since: Timestamp
    /// Queued before; `nil`: before the request.
    public let until: Timestamp?
    public let outcome: Outcome
    public let event: EventPattern
    /// A request of the same subscription with the same id is the same request; `nil`: each is one of its own.
    public let requestID: String?

    public init(
        subscription: SubscriptionID, since: Timestamp, until: Timestamp?, outcome: Outcome, event: EventPattern,
        requestID: String?
    ) {
        self.subscription = subscription
        self.since = since
        self.until = until
        self.outcome = outcome
        self.event = event
        self.requestID = requestID
    }
}

/// A replay as it stands.
public struct StoredReplay: Sendable, Equatable {
    public enum State: String, Sendable {
        case running
        case done
        /// By somebody, or because its subscription was deleted.
        case cancelled
    }

    public let id: ReplayID
    public let subscriptionID: SubscriptionID
    public let requestID: String?
    public let since: Timestamp
    public let until: Timestamp
    public let outcome: ReplayRequest.Outcome
    public let event: String
    public let state: State
    /// How far it has looked: what failed first, then what was delivered.
    public let position: Timestamp
    public let queued: Int64
    /// How many could not be sent again, because their events are no longer kept.
    public let notReplayable: Int64
    public let finishedAt: Timestamp?

    public var createdAt: Timestamp { id.time }
}

/// What became of the wish to replay.
public enum ReplayAnswer: Sendable, Equatable {
    case started(ReplayID)
    /// The request had been made before.
    case duplicate(ReplayID)
    case noSuchSubscription
    /// Nothing is sent to it: it has to be activated first.
    case subscriptionIsInactive
}
