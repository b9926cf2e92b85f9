/// Standard Webhooks 1.0: `webhook-id`, `webhook-timestamp`, and `webhook-signature` with a `v1,<Base64 HMAC-SHA256 of
/// "id.timestamp.body">` for each secret, parted by spaces. The id is the same over retries, and signed.
///
/// - https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
struct StandardScheme: SourceRules {
    let keys: SourceKeys
    let tolerance: Duration
    /// What the names of the three headers begin with.
    var headerPrefix = "webhook"

    func verify(_ request: SourceRequest, now: Timestamp) throws(VerificationError) {
        let id = try request.single("\(headerPrefix)-id")
        let time = try request.single("\(headerPrefix)-timestamp")
        let header = "\(headerPrefix)-signature"
        let signatures = try request.single(header).split(separator: " ")
        try Freshness(tolerance: tolerance).check(seconds: time, header: "\(headerPrefix)-timestamp", now: now)
        // Other versions, such as v1a with a public key, prove nothing here.
        let codes = try SignatureText.base64s(
            signatures.filter { $0.hasPrefix("v1,") }.map { $0.dropFirst(3) }, header: header)
        try keys.match(codes, over: [Array("\(id).\(time).".utf8), request.body])
    }

    func read(_ content: SourceContent, of request: SourceRequest) -> SourceReading {
        .event(type: content.string("type") ?? "message", deliveryID: request.header("\(headerPrefix)-id"))
    }
}
