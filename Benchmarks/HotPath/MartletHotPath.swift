import CCrypto
import GatewayCrypto
import Glibc
import JSONFilter
import WebhookCore

/// What every event goes through that is pure computation, one step at a time and as often as it is told, for a tool
/// that counts instructions (see `HotPathTests`). Two steps are not ours: what the others are held against.
///
///     martlet-hot-path STEP TIMES
@main
struct HotPath {
    /// Steps by name. Each gives back something that depends on its work, so that none of it can be left out.
    private static let steps: [String: @Sendable (HotPath) -> Int] = [
        "batch": { $0.batch() },
        "checksum": { $0.checksum() },
        "code": { $0.code() },
        "digest": { $0.digest() },
        "envelope": { $0.envelope() },
        "filter": { $0.filter() },
        "payload": { $0.payload() },
        "request": { $0.request() },
        "verdict": { $0.verdict() },
    ]

    static func main() {
        let arguments = CommandLine.arguments
        guard arguments.count == 3, let step = steps[arguments[1]], let times = Int(arguments[2]) else {
            print("usage: martlet-hot-path \(steps.keys.sorted().joined(separator: "|")) TIMES")
            exit(64)
        }
        let path = HotPath()
        var sum = 0
        for _ in 0..<times { sum &+= step(path) }
        print(sum)
    }

    /// 1 KB of JSON, as a shop would send it.
    private let data: [UInt8]
    /// The same as the body of `POST /v1/events`.
    private let body: [UInt8]
    private let sensitive = SensitiveFilter()
    private let key: HMACKey
    private let signed: [UInt8]
    private let subscription: Subscription
    private let delivery: ClaimedDelivery
    private let entries: [Payload.Entry]
    private static let now = Timestamp(secondsSinceUnixEpoch: 1_795_359_845)

    private init() {
        let line = #"{"sku":"TEA-0815","title":"Green tea, 250 g","quantity":2,"price":14.95}"#
        let lines = Array(repeating: line, count: 12).joined(separator: ",")
        let text =
            #"{"order":"ORD-2024-000417","currency":"EUR","paid":true,"customer":{"name":"Zoë"},"lines":[\#(lines)]}"#
        data = Array(text.utf8)
        body = Array(#"{"event":"order.created","data":\#(text)}"#.utf8)
        let secret = SubscriptionSecret.generate(for: .standard, randomBytes: Array(0..<32))
        key = HMACKey(secret.key)
        subscription = Subscription(
            id: SubscriptionID(rawValue: 7), tenant: "default",
            settings: SubscriptionSettings(
                name: "Shop", url: SubscriptionURL(stored: "https://example.com/hook"), events: [.everything],
                profile: .standard, queueMode: nil, eventOrder: nil, batchSize: 10, batchInterval: nil,
                customHeaders: CustomHeaders.none, maxRetries: 5, timeout: .seconds(10), concurrency: nil),
            secrets: [secret])
        let event = Payload.Entry(eventName: "order.created", occurredAt: Self.now, data: data)
        delivery = ClaimedDelivery(
            id: DeliveryID(rawValue: 317_830_239_911_346_176), tenant: "default",
            subscriptionID: subscription.id, attempt: 1,
            content: .event(EventID(rawValue: 317_830_239_911_346_175), event), lane: .fast)
        entries = Array(repeating: event, count: 100)
        // As long as what is signed of the delivery.
        signed = Payload.single(
            profile: .standard, eventName: "order.created", occurredAt: Self.now, data: data)
    }

    /// FNV-1a of the data: a loop that no compiler makes shorter, and no processor's extensions either.
    private func checksum() -> Int {
        Int(truncatingIfNeeded: data.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 })
    }

    /// SHA-256 of the data, by libcrypto itself.
    private func digest() -> Int {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 32) { digest in
            var count: CUnsignedInt = 0
            guard EVP_Digest(data, data.count, digest.baseAddress, &count, EVP_sha256(), nil) == 1 else { exit(70) }
            return Int(digest[0])
        }
    }

    /// What `ingest-server` does to find an event's parts.
    private func envelope() -> Int {
        guard let object = try? JSONObjectScanner(body, in: body.indices), object.duplicateName == nil else { exit(70) }
        return object.members.reduce(0) { $0 + $1.range.count }
    }

    private func filter() -> Int {
        guard let filtered = try? sensitive.filtered(data) else { exit(70) }
        return filtered.count
    }

    private func payload() -> Int {
        Payload.single(
            profile: .standard, eventName: "order.created", occurredAt: Self.now, data: data
        ).count
    }

    /// The HMAC of what is signed of a request.
    private func code() -> Int {
        Int(key.authenticationCode(for: Self.signedPrefix, signed)[0])
    }

    private static let signedPrefix = Array("msg_317830239911346176.1795359845.".utf8)

    /// The body of a request with a hundred events.
    private func batch() -> Int {
        Payload.aggregated(entries).count
    }

    /// Payload, signature and headers.
    private func request() -> Int {
        let request = SignedRequest(
            delivery, to: subscription, now: Self.now, userAgent: "Martlet/0.1.0 Webhook")
        return request.body.count + request.signature.utf8.count
    }

    private func verdict() -> Int {
        let outcome = AttemptOutcome.responded(
            status: 200, retryAfter: nil, body: [], truncated: false, duration: .milliseconds(3))
        return Verdict(on: outcome, of: delivery, policy: subscription.retryPolicy, now: Self.now).error == nil ? 1 : 0
    }
}
