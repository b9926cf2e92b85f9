public import Postgres
public import WebhookCore

/// Records attempts of any outcome as a set: logged, delivered rows deleted, failures moved to their lanes with the
/// wait of the verdict, breakers fed. Fenced like `RecordDelivered`.
///
/// Returns the subscriptions that this set switched off.
public struct RecordAttempts: Statement {
    public let worker: WorkerID
    public let attempts: [FinishedAttempt]

    public init(worker: WorkerID, attempts: [FinishedAttempt]) {
        self.worker = worker
        self.attempts = attempts
    }

    public static let sql = """
        SELECT martlet.record_attempts(
            $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
            $24, $25)
        """

    public func encode(into parameters: inout Parameters) {
        parameters.int4(worker.rawValue)
        encodeRequests(into: &parameters)
        encodeDeliveries(into: &parameters)
        encodeTallies(into: &parameters)
    }

    public static func decode(_ row: inout RowReader) throws(PostgresError) -> [SubscriptionID] {
        try row.int32Array().map(SubscriptionID.init(rawValue:))
    }

    private func encodeRequests(into parameters: inout Parameters) {
        parameters.int8Array(attempts.map { $0.delivery.id.rawValue })
        parameters.int4Array(attempts.map { $0.subscription.id.rawValue })
        parameters.int4Array(attempts.map { $0.subscription.version })
        parameters.textArray(attempts.map { $0.delivery.tenant })
        parameters.int2Array(attempts.map { Int16(clamping: $0.delivery.attempt) })
        parameters.timestamptzArray(microsecondsSinceUnixEpoch: attempts.map { $0.sentAt.microsecondsSinceUnixEpoch })
        parameters.int4Array(attempts.map(\.durationMilliseconds))
        parameters.int2Array(attempts.map(\.statusCode))
        parameters.textArray(attempts.map(\.outcomeCode))
        parameters.int8Array(attempts.map(\.waitMilliseconds))
        parameters.textArray(attempts.map(\.verdict.error))
        parameters.textArray(attempts.map(\.responseText))
        parameters.textArray(attempts.map(\.signature))
        parameters.boolArray(attempts.map(\.isTest))
    }

    /// Of requests with one delivery; of a batch the database knows what was in it.
    private func encodeDeliveries(into parameters: inout Parameters) {
        let single = attempts.enumerated().filter { !$1.delivery.isBatch }
        parameters.int8Array(single.map { $1.delivery.id.rawValue })
        parameters.int8Array(single.map { $1.delivery.eventID?.rawValue })
        // Positions count from 1 in SQL.
        parameters.int4Array(single.map { position, _ in Int32(position + 1) })
    }

    private func encodeTallies(into parameters: inout Parameters) {
        let tallies = SubscriptionTally.tallies(of: attempts)
        parameters.int4Array(tallies.map(\.subscription.rawValue))
        parameters.int4Array(tallies.map { Int32($0.tally.leadingFailures) })
        parameters.int4Array(tallies.map { Int32($0.tally.longestRun) })
        parameters.int4Array(tallies.map { Int32($0.tally.trailingFailures) })
        parameters.boolArray(tallies.map(\.tally.anySuccess))
        parameters.textArray(tallies.map { CircuitBreaker.tripReason(lastError: $0.lastError) })
        parameters.textArray(tallies.map(\.goneReason))
    }
}

/// What one set of attempts means for the breaker of one subscription.
private struct SubscriptionTally {
    let subscription: SubscriptionID
    var tally = BreakerTally()
    var lastError: String?
    var goneReason: String?

    static func tallies(of attempts: [FinishedAttempt]) -> [SubscriptionTally] {
        var tallies: [SubscriptionTally] = []
        var positions: [SubscriptionID: Int] = [:]
        for attempt in attempts where !attempt.isTest {
            let id = attempt.subscription.id
            let position = positions[id] ?? tallies.count
            if position == tallies.count {
                tallies.append(SubscriptionTally(subscription: id))
                positions[id] = position
            }
            tallies[position].tally.record(isSuccess: attempt.outcome.isSuccess)
            tallies[position].lastError = attempt.verdict.error ?? tallies[position].lastError
            tallies[position].goneReason = attempt.verdict.disablesSubscription ?? tallies[position].goneReason
        }
        return tallies
    }
}

extension FinishedAttempt {
    /// `d` delivered, `r` again, `f` failed for good: a test is over with its first attempt.
    fileprivate var outcomeCode: String {
        switch verdict.fate {
        case .delivered: "d"
        case .retry: isTest ? "f" : "r"
        case .exhausted: "f"
        }
    }

    /// Rounded up: a retry is never early.
    fileprivate var waitMilliseconds: Int64? {
        guard case .retry(let wait, _) = verdict.fate, !isTest else { return nil }
        return Int64((wait / .milliseconds(1)).rounded(.up))
    }
}
