import Testing
import WebhookCore

struct SignedRequestTests {
    private static let now = Timestamp(secondsSinceUnixEpoch: 1_795_359_845)

    private func subscription(_ profile: Profile) throws -> Subscription {
        Subscription(
            id: SubscriptionID(rawValue: 7), tenant: "default",
            settings: SubscriptionSettings(
                name: "n", url: SubscriptionURL(stored: "https://example.com/hook"), events: [.everything],
                profile: profile, queueMode: nil, eventOrder: nil, batchSize: 10, batchInterval: nil,
                customHeaders: try CustomHeaders([
                    HeaderField("X-Custom", "1"), HeaderField("Authorization", "Basic eDp5"),
                ]),
                maxRetries: 5, timeout: .seconds(3), concurrency: nil),
            secrets: [.generate(for: profile, randomBytes: Array(0..<32))])
    }

    private func delivery(_ id: Int64, _ name: String = "item.created", _ data: String = #"{"price":19.90}"#)
        -> ClaimedDelivery
    {
        ClaimedDelivery(
            id: DeliveryID(rawValue: id), tenant: "default", subscriptionID: SubscriptionID(rawValue: 7), attempt: 1,
            content: .event(EventID(rawValue: 1), Self.entry(name, data)), lane: .fast)
    }

    private func batch(_ id: Int64, _ entries: Payload.Entry...) -> ClaimedDelivery {
        ClaimedDelivery(
            id: DeliveryID(rawValue: id), tenant: "default", subscriptionID: SubscriptionID(rawValue: 7), attempt: 1,
            content: .batch(entries), lane: .waiting)
    }

    private static func entry(_ name: String, _ data: String) -> Payload.Entry {
        Payload.Entry(eventName: name, occurredAt: Timestamp(secondsSinceUnixEpoch: 0), data: Array(data.utf8))
    }

    @Test(arguments: Profile.allCases)
    func `headers come in a fixed order: common, signature, custom`(profile: Profile) throws {
        let request = SignedRequest(
            delivery(42), to: try subscription(profile), now: Self.now, userAgent: "Martlet/1 Webhook")
        #expect(
            request.headers.map(\.name)
                == ["Content-Type", "User-Agent", "X-Webhook-Event", "X-Delivery-ID"] + profile.signatureHeaders
                + ["X-Custom", "Authorization"])
        #expect(
            request.headers.prefix(4).map(\.value) == ["application/json", "Martlet/1 Webhook", "item.created", "42"])
        #expect(request.url == "https://example.com/hook")
        #expect(request.timeout == .seconds(3))
        #expect(request.id == DeliveryID(rawValue: 42))
    }

    @Test(arguments: Profile.allCases)
    func `the bytes signed are the bytes sent`(profile: Profile) throws {
        let subscription = try subscription(profile)
        let single = SignedRequest(delivery(42), to: subscription, now: Self.now, userAgent: "u")
        let batch = SignedRequest(
            batch(9, Self.entry("a", "1"), Self.entry("b", "{}")), to: subscription, now: Self.now, userAgent: "u")
        let verifier = SignatureVerifier(
            profile: profile, secrets: [.generate(for: profile, randomBytes: Array(0..<32))])
        for request in [single, batch] {
            #expect(throws: Never.self) {
                try verifier.verify(headers: request.headers, body: request.body, now: Self.now)
            }
        }
    }

    @Test(arguments: Profile.allCases)
    func `a batch has its own id and event name, and the same body in every profile`(profile: Profile) throws {
        let request = SignedRequest(
            batch(9, Self.entry("a", "1"), Self.entry("b", "2"), Self.entry("a", "3")),
            to: try subscription(profile), now: Self.now, userAgent: "u")
        #expect(request.headers.contains(HeaderField("X-Webhook-Event", "webhook.batch")))
        #expect(request.headers.contains(HeaderField("X-Delivery-ID", "9")))
        let time = #""timestamp":"1970-01-01T00:00:00.000+00:00""#
        #expect(
            String(decoding: request.body, as: UTF8.self)
                == #"{"a":[{"data":1,\#(time)},{"data":3,\#(time)}],"b":[{"data":2,\#(time)}]}"#)
    }
}
