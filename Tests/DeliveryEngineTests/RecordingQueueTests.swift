import Testing
import WebhookCore
import WebhookStore

@testable import DeliveryEngine

struct RecordingQueueTests {
    private static let subscription = Subscription(
        id: SubscriptionID(rawValue: 1), tenant: "default", version: 1,
        settings: SubscriptionSettings(
            name: "shop", url: SubscriptionURL(stored: "https://example.com/"), events: [EventPattern(stored: "*")],
            profile: .newmeta, queueMode: nil, eventOrder: nil, batchSize: 10, batchInterval: nil, customHeaders: .none,
            maxRetries: 5, timeout: .seconds(10), concurrency: nil),
        secrets: [
            .generate(for: .newmeta, randomBytes: [UInt8](repeating: 1, count: SubscriptionSecret.randomByteCount))
        ])

    private static func attempt(
        _ id: Int64, status: Int = 200, answerBytes: Int = 2, entries: Int? = nil
    ) -> FinishedAttempt {
        let time = Timestamp(secondsSinceUnixEpoch: 1_800_000_000)
        let entry = Payload.Entry(eventName: "a.b", occurredAt: time, data: [])
        let delivery = ClaimedDelivery(
            id: DeliveryID(rawValue: id), tenant: "default", subscriptionID: subscription.id, attempt: 1,
            content: entries.map { .batch(Array(repeating: entry, count: $0)) } ?? .event(EventID(rawValue: id), entry),
            lane: entries == nil ? .fast : .waiting)
        let outcome = AttemptOutcome.responded(
            status: status, retryAfter: nil, body: Array(repeating: 0x61, count: answerBytes), truncated: false,
            duration: .milliseconds(1))
        return FinishedAttempt(
            delivery: delivery, subscription: subscription, sentAt: time, signature: "s", outcome: outcome,
            verdict: Verdict(on: outcome, of: delivery, policy: subscription.retryPolicy, now: time))
    }

    private static func successes(_ count: Int) -> [FinishedAttempt] { (0..<count).map { attempt(Int64($0)) } }

    private static let start = ContinuousClock.now

    /// How many attempts the next set has; 0: it is not time for one.
    private static func begin(_ queue: inout RecordingQueue, after time: Duration = .seconds(1)) -> Int {
        if case .record(let set) = queue.begin(now: start + time) { set.count } else { 0 }
    }

    @Test func `a batch that arrived is recorded by a path of its own`() {
        let set = [Self.attempt(1), Self.attempt(2, entries: 2)]
        #expect(RecordingPath.split(set).map(\.path) == [.plainSuccess, .deliveredBatch])
    }

    @Test(arguments: [nil, 2])
    func `what arrived is recorded with what failed for its subscription, in the order in which they happened`(
        entries: Int?
    ) {
        let set = [
            Self.attempt(1, status: 500), Self.attempt(2, entries: entries),
            Self.attempt(3, status: 500, entries: entries),
        ]
        let split = RecordingPath.split(set)
        #expect(split.map(\.path) == [.other])
        #expect(split.flatMap(\.attempts).map(\.delivery.id.rawValue) == [1, 2, 3])
    }

    @Test func `the first set is recorded at once, and what comes meanwhile gathers`() {
        var queue = RecordingQueue()
        queue.append(Self.successes(1))
        let first = Self.begin(&queue, after: .zero)
        queue.append(Self.successes(RecordingQueue.secondSetMin - 1))
        let during = Self.begin(&queue, after: .zero)
        queue.ended()
        let after = Self.begin(&queue, after: .zero)
        #expect([first, during, after] == [1, 0, RecordingQueue.secondSetMin - 1])
    }

    @Test func `a few outcomes wait for more until some time after the last set began`() {
        var queue = RecordingQueue()
        queue.append(Self.successes(1))
        let first = Self.begin(&queue, after: .zero)
        queue.ended()
        queue.append(Self.successes(2))
        guard case .wait(let time) = queue.begin(now: Self.start + .milliseconds(1)) else {
            Issue.record("two outcomes do not wait")
            return
        }
        #expect(time == Self.start + RecordingQueue.gatherTime)
        let meanwhile = Self.begin(&queue, after: .milliseconds(2))
        queue.rang()
        let afterwards = Self.begin(&queue, after: RecordingQueue.gatherTime)
        #expect([first, meanwhile, afterwards] == [1, 0, 2])
    }

    @Test func `many outcomes do not wait, nor do those that fill a set by their size`() {
        var many = RecordingQueue()
        many.append(Self.successes(1))
        let first = Self.begin(&many)
        many.ended()
        many.append(Self.successes(RecordingQueue.gatherMax))
        let atOnce = Self.begin(&many)
        #expect([first, atOnce] == [1, RecordingQueue.gatherMax])
        var large = RecordingQueue()
        large.append((1...50).map { Self.attempt($0, answerBytes: RecordingQueue.setBytesMax * 2 / 3) })
        let sets = (0..<2).map { _ in
            let set = Self.begin(&large)
            large.ended()
            return set
        }
        #expect(sets == [1, 1])
    }

    @Test func `a large set of successes is recorded beside the first, a third one never`() {
        var queue = RecordingQueue()
        queue.append(Self.successes(2_000))
        let sets = (0..<3).map { _ in Self.begin(&queue) }
        #expect(sets == [RecordingQueue.setMax, RecordingQueue.setMax, 0])
    }

    @Test func `a failure waits for what came before it, and nothing is recorded beside it`() {
        var queue = RecordingQueue()
        queue.append(Self.successes(1))
        let first = Self.begin(&queue)
        queue.append(Self.successes(150) + [Self.attempt(900, status: 500)] + Self.successes(400))
        let beside = Self.begin(&queue)
        queue.ended()
        queue.ended()
        let mixed = Self.begin(&queue)
        queue.append(Self.successes(400))
        let besideMixed = Self.begin(&queue)
        #expect([first, beside, mixed, besideMixed] == [1, 150, 401, 0])
    }

    @Test func `long answers make small sets, of one attempt at least`() {
        var queue = RecordingQueue()
        queue.append((1...3).map { Self.attempt($0, answerBytes: RecordingQueue.setBytesMax * 2 / 3) })
        let first = Self.begin(&queue)
        #expect(first == 1)
        var hugeFirst = RecordingQueue()
        hugeFirst.append([Self.attempt(1, answerBytes: RecordingQueue.setBytesMax + 1), Self.attempt(2)])
        let alone = Self.begin(&hugeFirst)
        #expect(alone == 1)
    }
}
