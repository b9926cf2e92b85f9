/// What came out of a backlog after a worker was started on it.
struct BacklogDrain: Sendable {
    /// In the order in which they came.
    let received: [ReceivedRecord]
    /// Deliveries that the worker did not get to.
    let left: [Int64]
    let shares: ProcessorShares
    let cost: CostFinding

    /// - Parameters:
    ///   - backlog: the ids of the deliveries that wait now.
    ///   - limit: the worker is stopped after this, drained or not.
    ///   - settings: of the worker, where it differs from the defaults.
    ///   - recordedBefore: ids of deliveries that other workers have recorded here.
    static func run(
        on gateway: Gateway, backlog: [Int64], to receiver: Receiver, atMost limit: Duration,
        settings: [String: String] = [:], _ bench: Bench, what: String, recordedBefore: [Int64] = []
    ) async throws -> BacklogDrain {
        try await receiver.reset()
        let postgres = await bench.server.processIdentifier
        let usageAtStart = try await gateway.usage()
        let worker = try await gateway.startWorker(settings)
        let start = ProcessorShares.Snapshot.take([worker, receiver.program], postgres: postgres)
        let shares: ProcessorShares
        do {
            let isDrained = try await receiver.wait(for: backlog.count, atMost: limit)
            shares = ProcessorShares(from: start, to: .take([worker, receiver.program], postgres: postgres))
            if isDrained { try await gateway.waitUntilRecorded() }
        } catch {
            await worker.stop()
            throw error
        }
        // From its start: what it used before it was registered belongs to it.
        let workerTime = ProcessFiles.times(of: worker.processIdentifier)?.own
        let resident = ProcessFiles.residentBytesMax(of: worker.processIdentifier)
        await worker.stop()
        let usage = try await gateway.usage() - usageAtStart

        // What is left in the queue must not have been sent.
        let left = try await gateway.queuedDeliveries()
        let expected = Array(Set(backlog).subtracting(left))
        let received = try await receiver.records()
        await bench.compare("\(what), received", expected: expected, found: received.map(\.deliveryID))
        await bench.compare(
            "\(what), recorded", expected: recordedBefore + expected, found: try await gateway.recordedDeliveries())
        return BacklogDrain(
            received: received, left: left, shares: shares,
            cost: CostFinding(
                what: what, divisor: Double(max(1, received.count)), usage: usage, workerTime: workerTime,
                postgresTime: shares.time(of: "postgres"), workerResident: resident))
    }

    /// Fills a copy of a database, drains it and removes it.
    ///
    /// - Parameters:
    ///   - template: has so many subscriptions, to an event name each, and nothing else.
    static func run(
        of count: Int, subscriptions: Int, copying template: Gateway, to receiver: Receiver, atMost limit: Duration,
        settings: [String: String] = [:], _ bench: Bench, what: String
    ) async throws -> BacklogDrain {
        let gateway = try await Gateway.make(bench, copying: template.database)
        do {
            try await gateway.fill(count, eventNames: subscriptions)
            try await gateway.settle()
            let drain = try await run(
                on: gateway, backlog: try await gateway.queuedDeliveries(), to: receiver, atMost: limit,
                settings: settings, bench, what: what)
            await gateway.remove()
            return drain
        } catch {
            await gateway.remove()
            throw error
        }
    }
}

extension Gateway {
    /// A database with so many subscriptions, to an event name each, for others to be copied from.
    static func makeTemplate(
        subscriptions: Int, to url: String, _ bench: Bench
    ) async throws -> Gateway {
        let template = try await Gateway.make(bench)
        let (ingest, port) = try await template.startIngest()
        try await template.subscribe(subscriptions, to: url, ingestPort: port)
        await ingest.stop()
        await template.close()
        return template
    }
}
