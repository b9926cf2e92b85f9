extension ClaimedDelivery {
    /// Everything that goes out in one request with this delivery, itself first, in the order of the body's entries.
    public var entries: [ClaimedDelivery] { [self] + others }

    /// Of the events that go out in one request with this delivery.
    public var dataBytes: Int { others.reduce(data.count) { $0 + $1.data.count } }
}

extension Array<ClaimedDelivery> {
    /// One delivery a request: the first of each batch, with what follows it of the same batch as its `others`.
    public func gatheredIntoBatches() -> [ClaimedDelivery] {
        var gathered: [ClaimedDelivery] = []
        gathered.reserveCapacity(count)
        for delivery in self {
            if let batchID = delivery.batchID, let last = gathered.indices.last, gathered[last].batchID == batchID {
                gathered[last].others.append(delivery)
            } else {
                gathered.append(delivery)
            }
        }
        return gathered
    }
}
