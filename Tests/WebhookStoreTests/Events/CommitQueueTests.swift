import Testing
import WebhookCore

@testable import WebhookStore

/// What is committed together, and when.
struct CommitQueueTests {
    private static func submission(events: Int = 1, bytes: Int = 10) -> Submission {
        let event = Event(
            name: EventName(stored: "a"), tenant: "default", data: Array(repeating: 0x31, count: bytes),
            idempotencyKey: nil, occurredAt: nil)
        return Submission(Array(repeating: event, count: events)) { _ in }
    }

    private static func queue(of submissions: [Submission]) -> CommitQueue {
        var queue = CommitQueue()
        fill(&queue, with: submissions)
        return queue
    }

    private static func fill(_ queue: inout CommitQueue, with submissions: [Submission]) {
        for submission in submissions {
            let isTaken = queue.append(submission)
            #expect(isTaken)
        }
    }

    private static let start = ContinuousClock.now

    /// How many submissions the next group has; 0: it is not time for one.
    private static func begin(_ queue: inout CommitQueue, after time: Duration = .zero) -> Int {
        groupSize(queue.begin(now: start + time))
    }

    private static func groupSize(_ step: CommitQueue.Step) -> Int {
        if case .commit(let group) = step { group.count } else { 0 }
    }

    /// Later than any few events wait for more.
    private static let longAfter: Duration = .seconds(1)

    @Test func `the first submission is committed alone and at once`() {
        var queue = Self.queue(of: [Self.submission()])
        let groups = [Self.begin(&queue), Self.begin(&queue)]
        #expect(groups == [1, 0])
    }

    @Test func `what comes during a commit is committed together after it`() {
        var queue = Self.queue(of: [Self.submission()])
        _ = Self.begin(&queue)
        Self.fill(&queue, with: Array(repeating: Self.submission(), count: 3))
        let during = Self.begin(&queue)
        let after = Self.groupSize(queue.ended(now: Self.start + Self.longAfter))
        #expect([during, after] == [0, 3])
    }

    @Test func `a few that gathered during a short commit wait for more, and go when there are enough`() {
        var queue = Self.queue(of: [Self.submission()])
        _ = Self.begin(&queue)
        Self.fill(&queue, with: [Self.submission()])
        guard case .wait(let time) = queue.ended(now: Self.start + .milliseconds(1)) else {
            Issue.record("one event does not wait")
            return
        }
        #expect(time == Self.start + .milliseconds(3))
        Self.fill(&queue, with: Array(repeating: Self.submission(), count: 6))
        let whileFew = Self.begin(&queue, after: .milliseconds(2))
        Self.fill(&queue, with: [Self.submission()])
        let whenEnough = Self.begin(&queue, after: .milliseconds(2))
        #expect([whileFew, whenEnough] == [0, 8])
    }

    @Test func `a few that have waited go when the time is over`() {
        var queue = Self.queue(of: [Self.submission()])
        _ = Self.begin(&queue)
        Self.fill(&queue, with: [Self.submission(), Self.submission()])
        let ended = Self.groupSize(queue.ended(now: Self.start + .milliseconds(1)))
        let rang = Self.groupSize(queue.rang(now: Self.start + .milliseconds(3)))
        #expect([ended, rang] == [0, 2])
    }

    @Test func `one caller after the other waits for nothing`() {
        var queue = CommitQueue()
        let groups = (0..<3).map { number in
            Self.fill(&queue, with: [Self.submission()])
            let now: Duration = .microseconds(number * 500)
            let group = Self.begin(&queue, after: now)
            let next = Self.groupSize(queue.ended(now: Self.start + now + .microseconds(400)))
            return [group, next]
        }
        #expect(groups == [[1, 0], [1, 0], [1, 0]])
    }

    @Test func `a second commit begins beside the first when enough has gathered, a third never`() {
        var queue = Self.queue(of: [Self.submission()])
        _ = Self.begin(&queue)
        Self.fill(&queue, with: Array(repeating: Self.submission(), count: 24))
        let second = Self.begin(&queue)
        Self.fill(&queue, with: Array(repeating: Self.submission(), count: 100))
        let third = Self.begin(&queue)
        let afterOne = Self.groupSize(queue.ended(now: Self.start))
        #expect([second, third, afterOne] == [24, 0, 100])
    }

    @Test func `a group ends before it grows too large, but a submission is never divided`() {
        var byCount = Self.queue(of: [Self.submission(events: 999), Self.submission(), Self.submission()])
        var bySize = Self.queue(of: [Self.submission(events: 1_000, bytes: 16_000), Self.submission()])
        let groups = [Self.begin(&byCount), Self.begin(&bySize)]
        #expect(groups == [2, 1])
    }

    @Test func `beyond 128 MiB callers are refused, until something has been committed`() {
        let megabyte = Self.submission(bytes: 1_048_576)
        var queue = Self.queue(of: Array(repeating: megabyte, count: 128))
        let isTakenWhenFull = queue.append(megabyte)
        #expect(!isTakenWhenFull)
        let group = Self.begin(&queue)
        #expect(group == 8)
        let isTakenAfterwards = queue.append(megabyte)
        #expect(isTakenAfterwards)
    }
}
