import Testing

@testable import Postgres

struct BackoffTests {
    @Test func `waits double from 50 ms to 2 s`() {
        var backoff = Backoff()
        let waits = (0..<8).map { _ in backoff.failed(jitter: 1) }
        #expect(waits == [50, 100, 200, 400, 800, 1600, 2000, 2000].map { .milliseconds($0) })
    }

    @Test func `waits stay at the longest however often it fails`() {
        var backoff = Backoff()
        for _ in 0..<10_000 { _ = backoff.failed(jitter: 1) }
        #expect(backoff.failed(jitter: 1) == .seconds(2))
    }

    @Test func `jitter shortens a wait`() {
        var backoff = Backoff()
        #expect(backoff.failed(jitter: 0.5) == .milliseconds(25))
    }
}
