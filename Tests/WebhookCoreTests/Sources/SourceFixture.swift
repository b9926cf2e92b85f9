import GatewayCrypto

@testable import WebhookCore

/// A request to a source, and the source. The defaults are GitHub's documented example.
struct SourceFixture {
    var scheme = SourceScheme.github
    var secrets = ["It's a Secret to Everybody"]
    var headers: [HeaderField] = []
    var query: String?
    var body = ""
    var tolerance: Duration = .seconds(300)
    var url: String?
    var signatureHeader: String?
    var signaturePrefix = ""
    var typeHeader: String?
    var typeMember: String?
    var idHeader: String?
    /// Seconds since 1970.
    var now: Int64 = 1_671_552_777

    func verdict() throws -> SourceVerdict {
        let settings = SourceSettings(
            name: SourceName(stored: "s"), scheme: scheme, isActive: true, tolerance: tolerance, url: url,
            signatureHeader: signatureHeader, signaturePrefix: signaturePrefix, typeHeader: typeHeader,
            typeMember: typeMember, idHeader: idHeader)
        let verifier = SourceVerifier(settings, secrets: secrets.compactMap { SourceSecret(stored: $0, for: scheme) })
        let request = SourceRequest(headers: headers, query: query, body: Array(body.utf8))
        return try verifier.judge(request, now: Timestamp(secondsSinceUnixEpoch: now))
    }

    /// The event of an accepted request.
    func event() throws -> SourceEvent? {
        guard case .accepted(let event) = try verdict() else { return nil }
        return event
    }

    var isRefused: Bool {
        guard case .refused = try? verdict() else { return false }
        return true
    }

    /// The same with another body, signed by a scheme that signs no more than that, or Twilio's.
    func signing(_ body: String) -> SourceFixture {
        var other = self
        other.body = body
        let key = HMACKey(Array(secrets[0].utf8), algorithm: scheme == .twilio ? .sha1 : .sha256)
        let signed = scheme == .twilio ? "\(url ?? "")?\(query ?? "")\(body.replacing("=", with: ""))" : body
        let code = key.authenticationCode(for: Array(signed.utf8))
        for header in headers where header.value.utf8.count > 20 && header.name != "Content-Type" {
            let prefix = ["sha256=", "mac="].first(where: header.value.hasPrefix) ?? ""
            let isBase64 = [.shopify, .twilio, .hmacBase64].contains(scheme)
            other.set(header.name, prefix + (isBase64 ? Base64.encode(code) : Hex.encode(code)))
        }
        return other
    }

    mutating func set(_ name: String, _ value: String) {
        headers.removeAll { $0.name == name }
        headers.append(HeaderField(name, value))
    }

    /// One genuine request of each scheme. Those of GitHub, Slack, Standard Webhooks, Svix and Twilio are the examples of
    /// their documentation or libraries; the others were computed by Python's `hmac` as their documentation says.
    static let genuine: [SourceFixture] = [
        SourceFixture(
            headers: [
                HeaderField(
                    "X-Hub-Signature-256", "sha256=50b0123e6e44430d2c43ecca0ee520d961ffd326425c07859f70a57161c3ebcd")
            ], body: "{}"),
        SourceFixture(
            scheme: .stripe, secrets: ["whsec_test_secret"],
            headers: [
                HeaderField(
                    "Stripe-Signature",
                    "t=1671552777,v1=7a179dcf446ec12a151f7e1cb289df7e614a1276024da025e318cbfef822ccc3,v0=00")
            ], body: #"{"id": "evt_1", "type": "invoice.paid"}"#),
        SourceFixture(
            scheme: .shopify, secrets: ["hush-hush"],
            headers: [HeaderField("X-Shopify-Hmac-SHA256", "Tee3YpF35pCcQ4VpA7xaRvUaU8jattd/Rf/Cvq0k0tU=")],
            body: #"{"id":820982911946154508}"#),
        SourceFixture(
            scheme: .slack, secrets: ["8f742231b10e8888abcd99yyyzzz85a5"],
            headers: [
                HeaderField("Content-Type", "application/x-www-form-urlencoded"),
                HeaderField("X-Slack-Request-Timestamp", "1531420618"),
                HeaderField(
                    "X-Slack-Signature", "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"),
            ],
            body: "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
                + "&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
                + "&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F"
                + "96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
            now: 1_531_420_618),
        SourceFixture(
            scheme: .standard, secrets: ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
            headers: [
                HeaderField("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
                HeaderField("webhook-timestamp", "1614265330"),
                HeaderField("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
            ], body: #"{"test": 2432232314}"#, now: 1_614_265_330),
        SourceFixture(
            scheme: .svix, secrets: ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
            headers: [
                HeaderField("svix-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
                HeaderField("svix-timestamp", "1614265330"),
                HeaderField(
                    "svix-signature",
                    "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= v1,bm9ldHUjKzFob2VudXRob2VodWUzMjRvdWVvdW9ldQo="),
            ], body: #"{"test": 2432232314}"#, now: 1_614_265_330),
        SourceFixture(
            scheme: .paddle, secrets: ["pdl_ntfset_01_secret"],
            headers: [
                HeaderField(
                    "Paddle-Signature",
                    "ts=1671552777;h1=092381b2e74e227b6dbe01e4aabbc7f2dd668de99559ca962eaeb144649f2d00")
            ], body: #"{"event_id":"evt_01","event_type":"transaction.completed"}"#),
        SourceFixture(
            scheme: .linear, secrets: ["lin_wh_secret"],
            headers: [
                HeaderField("Linear-Signature", "8d197832b9c3be9952f19d03699eabdfa057b0ff6c043ff17799a9d1cd6d406c")
            ], body: #"{"action":"create","type":"Issue","webhookTimestamp":1671552777000}"#),
        SourceFixture(
            scheme: .twilio, secrets: ["12345"],
            headers: [
                HeaderField("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8"),
                HeaderField("X-Twilio-Signature", "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
            ], query: "foo=1&bar=2",
            body: "CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212",
            url: "https://mycompany.com/myapp.php"),
        SourceFixture(
            scheme: .hmacHex, secrets: ["generic-secret"],
            headers: [
                HeaderField(
                    "X-Signature", "71092759d4b7a6495eea270463c5067d7271fe44a0f2837702b31c02af80efe8")
            ], body: #"{"kind":"a"}"#, typeMember: "kind"),
        SourceFixture(
            scheme: .hmacBase64, secrets: ["generic-secret"],
            headers: [HeaderField("My-Mac", "mac=cQknWdS3pkle6icEY8UGfXJx/kSg8oN3ArMcAq+A7+g=")],
            body: #"{"kind":"a"}"#, signatureHeader: "my-mac", signaturePrefix: "mac="),
    ]

    static func genuine(_ scheme: SourceScheme) -> SourceFixture {
        genuine.first { $0.scheme == scheme }!
    }
}
