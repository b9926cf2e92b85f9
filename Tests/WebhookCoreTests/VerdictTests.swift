import Testing
import WebhookCore

struct VerdictTests {
    private static let now = Timestamp(secondsSinceUnixEpoch: 784_111_747)
    private static let policy = RetryPolicy(maxRetries: 5, disablesOnGone: true)

    private static func answer(_ status: Int, retryAfter: String? = nil) -> AttemptOutcome {
        .responded(status: status, retryAfter: retryAfter, body: [], truncated: false, duration: .milliseconds(5))
    }

    private static func verdict(
        _ outcome: AttemptOutcome, attempt: Int = 1, policy: RetryPolicy = policy
    ) -> Verdict {
        Verdict(on: outcome, ofAttempt: attempt, policy: policy, now: now)
    }

    @Test(arguments: [200, 201, 202, 204, 299])
    func `2xx is a success`(status: Int) {
        let verdict = Self.verdict(Self.answer(status))
        #expect(verdict.fate == .delivered)
        #expect(verdict.error == nil)
        #expect(verdict.disablesSubscription == nil)
    }

    @Test(arguments: [100, 199, 300, 301, 304, 307, 400, 401, 404, 408, 418, 429, 500, 503, 599, 999])
    func `every other status is a failure that is retried`(status: Int) {
        let verdict = Self.verdict(Self.answer(status))
        #expect(verdict.fate == .retry(after: .seconds(30), retryCount: 1))
        #expect(verdict.error?.hasPrefix("HTTP \(status)") == true)
    }

    @Test(arguments: FailureReason.allCases)
    func `no answer is a failure that is retried`(reason: FailureReason) {
        let verdict = Self.verdict(.failed(reason: reason, message: "", duration: .seconds(10)))
        #expect(verdict.fate == .retry(after: .seconds(30), retryCount: 1))
        #expect(verdict.error?.isEmpty == false)
    }

    @Test(arguments: [(1, 30), (2, 120), (3, 480), (4, 1_920), (5, 7_200)])
    func `the waits are those of the contract`(attempt: Int, seconds: Int) {
        #expect(
            Self.verdict(Self.answer(500), attempt: attempt).fate
                == .retry(after: .seconds(seconds), retryCount: attempt))
    }

    @Test(arguments: [(5, 6), (1, 2), (20, 21)])
    func `after the last retry the delivery is exhausted`(maxRetries: Int, attempt: Int) {
        let policy = RetryPolicy(maxRetries: maxRetries, disablesOnGone: true)
        let verdict = Self.verdict(Self.answer(500), attempt: attempt, policy: policy)
        #expect(verdict.fate == .exhausted)
        #expect(verdict.error == "HTTP 500")
        #expect(Self.verdict(Self.answer(200), attempt: attempt, policy: policy).fate == .delivered)
    }

    @Test func `later retries wait two hours each`() {
        let policy = RetryPolicy(maxRetries: 20, disablesOnGone: true)
        for attempt in 5...20 { #expect(policy.wait(after: attempt) == .seconds(7_200)) }
        #expect(policy.wait(after: 21) == nil)
    }

    @Test(arguments: [(nil, 5), (0, 5), (1, 1), (20, 20), (21, 20), (-1, 1)] as [(Int?, Int)])
    func `no number of retries means five`(given: Int?, retries: Int) {
        #expect(RetryPolicy(maxRetries: given, disablesOnGone: false).maxRetries == retries)
    }

    @Test(arguments: [
        (429, "60", 60), (503, "60", 60), (503, "10", 30), (429, "0", 30), (503, "999999", 86_400), (429, "soon", 30),
        (503, "Sun, 06 Nov 1994 08:50:37 GMT", 90), (503, "Sun, 06 Nov 1994 08:00:00 GMT", 30), (500, "60", 30),
        (301, "60", 30), (410, "60", 30),
    ])
    func `Retry-After on 429 and 503 lengthens the wait, never shortens it`(status: Int, header: String, seconds: Int) {
        #expect(
            Self.verdict(Self.answer(status, retryAfter: header)).fate
                == .retry(after: .seconds(seconds), retryCount: 1))
    }

    @Test func `a 410 switches the subscription off where the policy says so, and the delivery waits`() {
        let verdict = Self.verdict(Self.answer(410))
        #expect(verdict.disablesSubscription == CircuitBreaker.goneReason)
        #expect(verdict.fate == .retry(after: .seconds(30), retryCount: 1))
        #expect(Self.verdict(Self.answer(410), attempt: 6).fate == .exhausted)
        #expect(Self.verdict(Self.answer(410), attempt: 6).disablesSubscription != nil)
        let patient = RetryPolicy(maxRetries: 5, disablesOnGone: false)
        #expect(Self.verdict(Self.answer(410), policy: patient).disablesSubscription == nil)
        #expect(Self.verdict(Self.answer(404)).disablesSubscription == nil)
    }

    @Test func `the profile decides about 410 unless the setting does`() {
        #expect(Profile.allCases.filter(\.disablesOnGone) == [.standard, .mautic])
    }
}
