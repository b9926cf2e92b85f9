import Testing
import WebhookCore

struct ErrorMessageTests {
    @Test(arguments: [
        (FailureReason.timedOut, "", Duration.milliseconds(10_001), "timed out after 10 s"),
        (.timedOut, "no answer", .milliseconds(750), "timed out after 0.8 s: no answer"),
        (
            .connectFailed, "connection refused by 192.0.2.1 port 443", .zero,
            "connection failed: connection refused by 192.0.2.1 port 443"
        ),
        (.addressRefused, "10.0.0.1", .zero, "address refused: 10.0.0.1"),
    ])
    func `a failure is named, then explained`(reason: FailureReason, message: String, duration: Duration, text: String)
    {
        #expect(AttemptOutcome.failed(reason: reason, message: message, duration: duration).errorMessage == text)
    }

    @Test func `a success has no message`() {
        let outcome = AttemptOutcome.responded(
            status: 204, retryAfter: nil, body: [], truncated: false, duration: .zero)
        #expect(outcome.errorMessage == nil)
    }

    @Test func `a redirection says that it is not followed`() {
        let outcome = AttemptOutcome.responded(
            status: 302, retryAfter: nil, body: [], truncated: false, duration: .zero)
        #expect(outcome.errorMessage == "HTTP 302 (redirections are not followed)")
    }

    @Test(arguments: ["x", "é", "😀", "e\u{301}"])
    func `a long message is cut between characters to 500 bytes`(character: String) {
        let text = ErrorMessage.bounded(String(repeating: character, count: 1_000))
        #expect(text.utf8.count <= 500)
        #expect(text.utf8.count > 490)
        #expect(text.hasSuffix("…"))
        #expect(!text.contains("\u{FFFD}"))
    }

    @Test func `a message of 500 bytes is not cut`() {
        let text = String(repeating: "x", count: 500)
        #expect(ErrorMessage.bounded(text) == text)
    }

    @Test func `control characters become spaces`() {
        #expect(ErrorMessage.bounded("a\u{0}b\r\nc\u{7F}") == "a b  c ")
    }
}
