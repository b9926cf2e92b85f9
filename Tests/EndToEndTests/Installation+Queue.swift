import EndToEndSupport
import TestSupport

extension Installation {
    /// Waits until so many attempts are recorded.
    func untilAttempts(_ count: Int) async throws {
        try await eventually("\(count) attempts are recorded", within: .seconds(20)) {
            try await database.count("martlet.webhook_deliveries") >= count
        }
    }

    /// From the end of the only delivery's last attempt to its next one.
    func plannedWaitSeconds() async throws -> Double {
        try await database.value(
            """
            SELECT extract(epoch FROM queue.next_retry_at - attempt.created_at) - attempt.duration_ms / 1000.0 AS wait
            FROM martlet.webhook_queue AS queue
            JOIN martlet.webhook_deliveries AS attempt ON attempt.queue_ids = ARRAY[queue.id]
            WHERE queue.status = 'retry' AND attempt.attempt = queue.retry_count
            """
        ).doubleValue ?? -1
    }

    /// Turns the clock forward for everything that waits for its next attempt.
    func makeRetriesDue() async throws {
        try await database.run(
            """
            UPDATE martlet.waiting SET next_retry_at = now() WHERE status = 'retry';
            UPDATE martlet.lanes SET due_at = now() WHERE lease_until IS NULL
            """)
    }
}
