import GatewayCrypto
import Testing

@testable import WebhookCore

struct SigningTests {
    private static let now = Timestamp(microsecondsSinceUnixEpoch: 1_795_359_845_999_999)
    private static let body = Array(#"{"a":19.90}"#.utf8)
    private static let textSecret = "a-secret-of-newmeta-and-mautic"

    private static func secret(_ profile: Profile, seed: UInt8 = 0) -> SubscriptionSecret {
        .generate(for: profile, randomBytes: (0..<32).map { $0 &+ seed })
    }

    private static func signed(_ profile: Profile, seeds: [UInt8] = [0]) -> [HeaderField] {
        Signer(profile: profile, secrets: seeds.map { secret(profile, seed: $0) })
            .headers(id: DeliveryID(rawValue: 42), body: body, now: now)
    }

    @Test func `standard signs as the published vector of Standard Webhooks does`() throws {
        let secret = try SubscriptionSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", for: .standard)
        let headers = Signer(profile: .standard, secrets: [secret]).headers(
            messageID: "msg_p5jXN8AQM9LWM0D4loKWxJek", body: Array(#"{"test": 2432232314}"#.utf8),
            now: Timestamp(secondsSinceUnixEpoch: 1_614_265_330))
        #expect(
            headers == [
                HeaderField("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
                HeaderField("webhook-timestamp", "1614265330"),
                HeaderField("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
            ])
    }

    // Expected values from `openssl dgst -sha256 -hmac`.
    @Test func `newmeta signs the body in lower-case hexadecimal`() throws {
        let signer = Signer(profile: .newmeta, secrets: [try SubscriptionSecret(Self.textSecret, for: .newmeta)])
        #expect(
            signer.headers(id: DeliveryID(rawValue: 1), body: Self.body, now: Self.now) == [
                HeaderField("X-Webhook-Signature", "4ba9b2d11798875dc0f1094dfd23590b6bd2854b2050dc0face20bfcf08679d3")
            ])
    }

    @Test func `mautic signs the body in Base64`() throws {
        let signer = Signer(profile: .mautic, secrets: [try SubscriptionSecret(Self.textSecret, for: .mautic)])
        #expect(
            signer.headers(id: DeliveryID(rawValue: 1), body: Self.body, now: Self.now) == [
                HeaderField("Webhook-Signature", "S6my0ReYh13A8QlN/SNZC2vShUsgUNwPrOIL/PCGedM=")
            ])
    }

    @Test func `the id stays over attempts, the time does not`() {
        let signer = Signer(profile: .standard, secrets: [Self.secret(.standard)])
        let first = signer.headers(id: DeliveryID(rawValue: 42), body: Self.body, now: Self.now)
        let second = signer.headers(id: DeliveryID(rawValue: 42), body: Self.body, now: Self.now + .seconds(30))
        #expect(first[0] == HeaderField("webhook-id", "msg_42"))
        #expect(second[0] == first[0])
        #expect(first[1].value == "1795359845")
        #expect(second[1].value == "1795359875")
        #expect(first[2] != second[2])
    }

    @Test func `two secrets give two signatures, the current one first`() {
        let both = Self.signed(.standard, seeds: [1, 2])[2].value
        #expect(both == Self.signed(.standard, seeds: [1])[2].value + " " + Self.signed(.standard, seeds: [2])[2].value)
    }

    @Test(arguments: Profile.allCases)
    func `the verifier accepts what the signer made, names in any case`(profile: Profile) {
        let verifier = SignatureVerifier(profile: profile, secrets: [Self.secret(profile)])
        let headers =
            Self.signed(profile).map { HeaderField($0.name.uppercased(), $0.value) } + [HeaderField("X-Other", "1")]
        #expect(throws: Never.self) { try verifier.verify(headers: headers, body: Self.body, now: Self.now) }
    }

    @Test func `during an overlap either secret verifies`() {
        for seed: UInt8 in [1, 2] {
            let verifier = SignatureVerifier(profile: .standard, secrets: [Self.secret(.standard, seed: seed)])
            #expect(throws: Never.self) {
                try verifier.verify(headers: Self.signed(.standard, seeds: [1, 2]), body: Self.body, now: Self.now)
            }
        }
    }

    @Test(arguments: Profile.allCases)
    func `another body or another secret does not verify`(profile: Profile) {
        let verifier = SignatureVerifier(profile: profile, secrets: [Self.secret(profile)])
        let stranger = SignatureVerifier(profile: profile, secrets: [Self.secret(profile, seed: 9)])
        #expect(throws: VerificationError.signatureMismatch) {
            try verifier.verify(headers: Self.signed(profile), body: Self.body + [0x20], now: Self.now)
        }
        #expect(throws: VerificationError.signatureMismatch) {
            try stranger.verify(headers: Self.signed(profile), body: Self.body, now: Self.now)
        }
    }

    @Test(arguments: Profile.allCases)
    func `a header that is missing or there twice is named`(profile: Profile) {
        let verifier = SignatureVerifier(profile: profile, secrets: [Self.secret(profile)])
        for (index, name) in profile.signatureHeaders.enumerated() {
            var headers = Self.signed(profile)
            headers.append(headers[index])
            #expect(throws: VerificationError.repeatedHeader(name)) {
                try verifier.verify(headers: headers, body: Self.body, now: Self.now)
            }
            headers.removeAll { $0.name == name }
            #expect(throws: VerificationError.missingHeader(name)) {
                try verifier.verify(headers: headers, body: Self.body, now: Self.now)
            }
        }
    }

    @Test(arguments: [
        (Profile.standard, 1, "soon"), (.standard, 1, "-5"), (.standard, 1, ""), (.standard, 1, "99999999999999999999"),
        (.standard, 2, "v2,abc"), (.standard, 2, ""), (.newmeta, 0, "abc"),
        (.newmeta, 0, String(repeating: "A", count: 64)),
        (.mautic, 0, "abc"),
    ])
    func `a malformed header is told from a wrong signature`(profile: Profile, index: Int, value: String) {
        var headers = Self.signed(profile)
        headers[index] = HeaderField(headers[index].name, value)
        let verifier = SignatureVerifier(profile: profile, secrets: [Self.secret(profile)])
        let error = #expect(throws: VerificationError.self) {
            try verifier.verify(headers: headers, body: Self.body, now: Self.now)
        }
        guard case .malformedHeader(let name, _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(name == headers[index].name)
    }

    @Test func `a standard request counts for five minutes either way`() {
        let verifier = SignatureVerifier(profile: .standard, secrets: [Self.secret(.standard)])
        let headers = Self.signed(.standard)
        let signedAt = Timestamp(secondsSinceUnixEpoch: 1_795_359_845)
        for offset in [Duration.seconds(300), .seconds(-300)] {
            #expect(throws: Never.self) {
                try verifier.verify(headers: headers, body: Self.body, now: signedAt + offset)
            }
        }
        #expect(throws: VerificationError.tooOld(age: .seconds(301))) {
            try verifier.verify(headers: headers, body: Self.body, now: signedAt + .seconds(301))
        }
        #expect(throws: VerificationError.tooNew(ahead: .seconds(301))) {
            try verifier.verify(headers: headers, body: Self.body, now: signedAt - .seconds(301))
        }
    }

    @Test func `id and time are signed too`() {
        let verifier = SignatureVerifier(profile: .standard, secrets: [Self.secret(.standard)])
        for (index, value) in [(0, "msg_43"), (1, "1795359846")] {
            var headers = Self.signed(.standard)
            headers[index] = HeaderField(headers[index].name, value)
            #expect(throws: VerificationError.signatureMismatch) {
                try verifier.verify(headers: headers, body: Self.body, now: Self.now)
            }
        }
    }
}
