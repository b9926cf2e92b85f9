/// Paddle Billing: `Paddle-Signature: ts=<seconds>;h1=<hex HMAC-SHA256 of "ts:body">`, with an `h1` for each secret
/// while they are rotated. An event's `event_id` is the same over retries, and when it is sent to several destinations.
///
/// - https://developer.paddle.com/webhooks/signature-verification
/// - https://developer.paddle.com/webhooks/respond-to-webhooks
struct PaddleScheme: SourceRules {
    let keys: SourceKeys
    let tolerance: Duration

    func verify(_ request: SourceRequest, now: Timestamp) throws(VerificationError) {
        let header = "Paddle-Signature"
        let pairs = SignatureText.pairs(try request.single(header), separator: ";")
        guard let time = pairs.first(where: { $0.key == "ts" })?.value else {
            throw .malformedHeader(header, expected: "must hold `ts=`")
        }
        try Freshness(tolerance: tolerance).check(seconds: time, header: header, now: now)
        let codes = try SignatureText.hexes(pairs.filter { $0.key == "h1" }.map(\.value), header: header)
        try keys.match(codes, over: [Array("\(time):".utf8), request.body])
    }

    func read(_ content: SourceContent, of request: SourceRequest) -> SourceReading {
        .event(type: content.string("event_type"), deliveryID: content.string("event_id"))
    }
}
