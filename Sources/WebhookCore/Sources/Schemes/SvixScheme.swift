/// Svix: Standard Webhooks under headers of its own, `svix-id`, `svix-timestamp`, `svix-signature`.
///
/// - https://docs.svix.com/receiving/verifying-payloads/how-manual
struct SvixScheme: SourceRules {
    private let rules: StandardScheme

    init(keys: SourceKeys, tolerance: Duration) {
        rules = StandardScheme(keys: keys, tolerance: tolerance, headerPrefix: "svix")
    }

    func verify(_ request: SourceRequest, now: Timestamp) throws(VerificationError) {
        try rules.verify(request, now: now)
    }

    func read(_ content: SourceContent, of request: SourceRequest) -> SourceReading {
        rules.read(content, of: request)
    }
}
