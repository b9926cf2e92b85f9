internal import JSONFilter

/// Linear: `Linear-Signature: <hex HMAC-SHA256 of the body>`. The time is in the body, and so signed: `webhookTimestamp`,
/// milliseconds since 1970. `Linear-Delivery` is the id of the delivery.
///
/// - https://linear.app/developers/webhooks#securing-webhooks
/// - https://linear.app/developers/sdk-webhooks
struct LinearScheme: SourceRules {
    let keys: SourceKeys
    let tolerance: Duration

    func verify(_ request: SourceRequest, now: Timestamp) throws(VerificationError) {
        let header = "Linear-Signature"
        try keys.match([SignatureText.hex(try request.single(header), header: header)], over: [request.body])
        guard let object = try? JSONObjectScanner(request.body),
            let milliseconds = object.integer("webhookTimestamp", in: request.body)
        else {
            throw .malformedHeader("webhookTimestamp", expected: "the body must hold it, in milliseconds since 1970")
        }
        try Freshness(tolerance: tolerance).check(
            Timestamp(millisecondsSinceUnixEpoch: milliseconds), now: now)
    }

    /// The body without the time, which is that of the sending: a retry may have a later one.
    func signedBesideID(_ request: SourceRequest) -> [UInt8]? {
        let time = (try? JSONObjectScanner(request.body))?.member(named: "webhookTimestamp")
        guard let range = time?.range else { return request.body }
        return Array(request.body[..<range.lowerBound] + request.body[range.upperBound...])
    }

    /// `Issue.create`. The type in the body is signed, that of the header is not.
    func read(_ content: SourceContent, of request: SourceRequest) -> SourceReading {
        let parts = [content.string("type") ?? request.header("Linear-Event"), content.string("action")]
        return .event(
            type: parts.compactMap { $0 }.joined(separator: "."), deliveryID: request.header("Linear-Delivery"))
    }
}
