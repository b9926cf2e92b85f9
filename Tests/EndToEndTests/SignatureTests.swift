import EndToEndSupport
import LoopbackReceiver
import Testing

/// Our signatures, judged by others.
struct SignatureTests {
    @Test func `the standardwebhooks package accepts the requests of the standard profile`() async throws {
        let (request, secret) = try await delivered(profile: "standard")
        try await ForeignVerifier.with { verifier in
            let isAccepted = try await verifier.standardWebhooksAccepts(
                headers: request.headers, body: request.body, secret: secret)
            #expect(isAccepted)
            // And not because it accepts everything.
            let isChangedAccepted = try await verifier.standardWebhooksAccepts(
                headers: request.headers, body: request.body + [UInt8(ascii: " ")], secret: secret)
            #expect(!isChangedAccepted)
        }
    }

    @Test(arguments: [("newmeta", "X-Webhook-Signature", false), ("mautic", "Webhook-Signature", true)])
    func `openssl computes the signature of the other profiles`(
        profile: String, header: String, base64: Bool
    ) async throws {
        let (request, secret) = try await delivered(profile: profile)
        try await ForeignVerifier.with { verifier in
            let code = try await verifier.openSSLCode(of: request.body, secret: secret, base64: base64)
            #expect(request.header(header) == code)
            #expect(code.utf8.count == (base64 ? 44 : 64))
        }
    }

    /// One request as it came over the wire, and the secret of its subscription.
    private func delivered(profile: String) async throws -> (ReceivedRequest, secret: String) {
        let receiver = try LoopbackReceiver()
        var secret = ""
        try await withInstallation { installation, client in
            secret = try await client.subscribe(receiver.url, profile: profile).secret
            try await client.dispatch("order.created", DeliveryTests.data)
            try await installation.drain()
        }
        return (try #require(receiver.received.first), secret)
    }
}
