internal import GatewayCrypto

/// Signs the requests of one subscription. The keys are prepared once, as a worker signs thousands of requests with them.
public struct Signer: Sendable {
    public let profile: Profile
    private let keys: [HMACKey]

    /// - Parameter secrets: the current one first; a second one only while it is being replaced, and only in a
    ///   profile that allows for it.
    public init(profile: Profile, secrets: [SubscriptionSecret]) {
        self.init(profile: profile, keys: secrets.map(\.key))
    }

    init(profile: Profile, keys: [[UInt8]]) {
        precondition(!keys.isEmpty, "every subscription has a secret")
        precondition(keys.count == 1 || profile.allowsSecretOverlap, "\(profile) has room for one signature")
        self.profile = profile
        self.keys = keys.map { HMACKey($0) }
    }

    /// The headers that carry the signature of `body`, in the order in which they are sent.
    ///
    /// - Parameters:
    ///   - id: the same for every attempt; Standard Webhooks joins it with dots, so it must not contain one.
    ///   - now: the time of this attempt, which Standard Webhooks signs too.
    public func headers(id: DeliveryID, body: [UInt8], now: Timestamp) -> [HeaderField] {
        headers(messageID: MessageID.text(of: id), body: body, now: now)
    }

    func headers(messageID: String, body: [UInt8], now: Timestamp) -> [HeaderField] {
        let names = profile.signatureHeaders
        switch profile {
        case .standard:
            let time = String(now.secondsSinceUnixEpoch)
            let prefix = Array("\(messageID).\(time).".utf8)
            let signatures = keys.map { "v1," + Base64.encode($0.authenticationCode(for: prefix, body)) }
            return [
                HeaderField(names[0], messageID),
                HeaderField(names[1], time),
                HeaderField(names[2], signatures.joined(separator: " ")),
            ]
        case .newmeta:
            return [HeaderField(names[0], Hex.encode(keys[0].authenticationCode(for: body)))]
        case .mautic:
            return [HeaderField(names[0], Base64.encode(keys[0].authenticationCode(for: body)))]
        }
    }
}

/// The `webhook-id` of Standard Webhooks: `msg_` and the id of the delivery or batch, so that it is the same over
/// retries and different for each subscription.
enum MessageID {
    static func text(of id: DeliveryID) -> String { "msg_\(id)" }
}
