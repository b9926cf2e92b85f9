extension ClaimedDelivery {
    public var isBatch: Bool {
        if case .batch = content { true } else { false }
    }

    /// `nil`: a batch.
    public var eventID: EventID? {
        if case .event(let id, _) = content { id } else { nil }
    }

    /// What goes out in its request, in the order of the body.
    public var entries: [Payload.Entry] {
        switch content {
        case .event(_, let entry): [entry]
        case .batch(let entries): entries
        }
    }

    public var entryCount: Int {
        if case .batch(let entries) = content { entries.count } else { 1 }
    }

    /// Of its events.
    public var dataBytes: Int {
        switch content {
        case .event(_, let entry): entry.data.count
        case .batch(let entries): entries.reduce(0) { $0 + $1.data.count }
        }
    }
}
