/// Slack: `X-Slack-Signature: v0=<hex HMAC-SHA256 of "v0:time:body">`, the time in `X-Slack-Request-Timestamp`.
///
/// The Events API first sends `url_verification` with a `challenge` to be answered, signed like everything else. An
/// event has an `event_id`, the same over retries. Interactions come as a form with JSON in the field `payload`, slash
/// commands as a form of plain fields; neither is tried again.
///
/// - https://docs.slack.dev/authentication/verifying-requests-from-slack
/// - https://docs.slack.dev/reference/events/url_verification
/// - https://docs.slack.dev/apis/events-api
/// - https://docs.slack.dev/interactivity/implementing-slash-commands
struct SlackScheme: SourceRules {
    let keys: SourceKeys
    let tolerance: Duration

    var formDocument: String? { "payload" }

    func verify(_ request: SourceRequest, now: Timestamp) throws(VerificationError) {
        let header = "X-Slack-Signature"
        let time = try request.single("X-Slack-Request-Timestamp")
        let signature = try request.single(header)
        try Freshness(tolerance: tolerance).check(seconds: time, header: "X-Slack-Request-Timestamp", now: now)
        guard signature.hasPrefix("v0=") else { throw .malformedHeader(header, expected: "must begin with `v0=`") }
        try keys.match(
            [SignatureText.hex(signature.dropFirst(3), header: header)],
            over: [Array("v0:\(time):".utf8), request.body])
    }

    /// `app_mention`, `block_actions`, `command.deploy`.
    func read(_ content: SourceContent, of request: SourceRequest) -> SourceReading {
        let type = content.string("type")
        if type == "url_verification", let challenge = content.string("challenge") { return .challenge(challenge) }
        let command = content.string("command").map { "command.\($0)" }
        return .event(
            type: content.string("event", "type") ?? type ?? command, deliveryID: content.string("event_id"))
    }
}
