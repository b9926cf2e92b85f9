import EndToEndSupport

/// Signs requests as senders do, by their own libraries from PyPI, or as their documentation says.
enum ForeignSender {
    /// Each a Python function of secret, URL and body (bytes) that yields the headers.
    private static let program = """
        import base64, hashlib, hmac, sys, time, urllib.parse
        scheme, secret, url, body, age = sys.argv[1:]
        moment = int(time.time()) - int(age)
        form = dict(urllib.parse.parse_qsl(body, keep_blank_values=True))
        def code(text): return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
        def github():
            yield "X-Hub-Signature-256", "sha256=" + code(body)
        def stripe():
            from stripe import WebhookSignature
            yield "Stripe-Signature", f"t={moment},v1=" + WebhookSignature._compute_signature(f"{moment}.{body}", secret)
        def slack():
            from slack_sdk.signature import SignatureVerifier
            yield "X-Slack-Request-Timestamp", str(moment)
            yield "X-Slack-Signature", SignatureVerifier(secret).generate_signature(timestamp=str(moment), body=body)
        def twilio():
            from twilio.request_validator import RequestValidator
            yield "X-Twilio-Signature", RequestValidator(secret).compute_signature(url, form)
            yield "Content-Type", "application/x-www-form-urlencoded"
        def standard(prefix="webhook"):
            from datetime import datetime, timezone
            from standardwebhooks import Webhook
            signature = Webhook(secret).sign("msg_1", datetime.fromtimestamp(moment, timezone.utc), body)
            yield prefix + "-id", "msg_1"
            yield prefix + "-timestamp", str(moment)
            yield prefix + "-signature", signature
        def svix(): return standard("svix")
        def generic():
            yield "X-Signature", code(body)
        for name, value in globals()[scheme](): print(f"{name}: {value}")
        """

    /// - Parameter age: how many seconds ago it was signed.
    static func headers(
        _ scheme: String, secret: String, url: String = "", body: String, age: Int = 0
    ) async throws -> [(name: String, value: String)] {
        let lines = try await Foreign.python(program, [scheme, secret, url, body, "\(age)"])
        return lines.compactMap { line in
            line.firstRange(of: ": ").map { (String(line[..<$0.lowerBound]), String(line[$0.upperBound...])) }
        }
    }
}
