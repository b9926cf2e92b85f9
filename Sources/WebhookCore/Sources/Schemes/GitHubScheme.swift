/// GitHub: `X-Hub-Signature-256: sha256=<hex HMAC-SHA256 of the body>`, `X-GitHub-Event`, and `X-GitHub-Delivery`, the
/// same when a delivery is sent again. A webhook of the content type `form` has the JSON in the field `payload`.
///
/// - https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
/// - https://docs.github.com/en/webhooks/webhook-events-and-payloads#delivery-headers
struct GitHubScheme: SourceRules {
    let keys: SourceKeys

    var formDocument: String? { "payload" }

    func verify(_ request: SourceRequest, now: Timestamp) throws(VerificationError) {
        let header = "X-Hub-Signature-256"
        let signature = try request.single(header)
        guard signature.hasPrefix("sha256=") else {
            throw .malformedHeader(header, expected: "must begin with `sha256=`")
        }
        try keys.match([SignatureText.hex(signature.dropFirst(7), header: header)], over: [request.body])
    }

    func signedBesideID(_ request: SourceRequest) -> [UInt8]? { request.body }

    /// `issues.opened`, `push`.
    func read(_ content: SourceContent, of request: SourceRequest) -> SourceReading {
        let parts = [request.header("X-GitHub-Event"), content.string("action")].compactMap { $0 }
        return .event(type: parts.joined(separator: "."), deliveryID: request.header("X-GitHub-Delivery"))
    }
}
