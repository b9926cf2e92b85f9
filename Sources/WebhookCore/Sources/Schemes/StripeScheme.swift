/// Stripe: `Stripe-Signature: t=<seconds>,v1=<hex HMAC-SHA256 of "t.body">`, with a `v1` for each secret while they are
/// rolled. The key is the whole text of the secret, `whsec_` included. The event's `id` is the same over retries.
///
/// - https://docs.stripe.com/webhooks#verify-manually
/// - https://docs.stripe.com/webhooks#handle-duplicate-events
struct StripeScheme: SourceRules {
    let keys: SourceKeys
    let tolerance: Duration

    func verify(_ request: SourceRequest, now: Timestamp) throws(VerificationError) {
        let header = "Stripe-Signature"
        let pairs = SignatureText.pairs(try request.single(header), separator: ",")
        guard let time = pairs.first(where: { $0.key == "t" })?.value else {
            throw .malformedHeader(header, expected: "must hold `t=`")
        }
        try Freshness(tolerance: tolerance).check(seconds: time, header: header, now: now)
        // Other versions, such as v0 of test events, prove nothing.
        let codes = try SignatureText.hexes(pairs.filter { $0.key == "v1" }.map(\.value), header: header)
        try keys.match(codes, over: [Array("\(time).".utf8), request.body])
    }

    func read(_ content: SourceContent, of request: SourceRequest) -> SourceReading {
        .event(type: content.string("type"), deliveryID: content.string("id"))
    }
}
