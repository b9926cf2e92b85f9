internal import GatewayCrypto

/// Twilio: `X-Twilio-Signature: <Base64 HMAC-SHA1>` under the account's auth token, over the whole URL it posts to and
/// behind it the fields of the form, sorted by name, each name followed by its value. For a body that is no form the
/// URL carries `bodySHA256`, its hash in hexadecimal, and no fields follow.
///
/// Only the configured `url` tells how Twilio wrote the part before the query; a proxy may have changed everything that
/// arrives here. The port may be in what was signed or not, so both are tried, as Twilio's libraries do. These sort
/// the values of a name that comes several times, and leave out equal ones.
/// `I-Twilio-Idempotency-Token` is the same over retries.
///
/// - https://www.twilio.com/docs/usage/security#validating-requests
/// - https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
/// - https://www.twilio.com/docs/messaging/guides/track-outbound-message-status
struct TwilioScheme: SourceRules {
    let keys: SourceKeys
    /// Without a query.
    let url: String

    func verify(_ request: SourceRequest, now: Timestamp) throws(VerificationError) {
        let header = "X-Twilio-Signature"
        let code = try SignatureText.base64(try request.single(header), header: header)
        let fields = try signedFields(of: request)
        var matches = false
        for url in Self.spellings(of: url) {
            let whole = Array((url + (request.query.map { "?\($0)" } ?? "")).utf8)
            if keys.matches([code], over: [whole, fields]) { matches = true }
        }
        guard matches else { throw .signatureMismatch }
    }

    func signedBesideID(_ request: SourceRequest) -> [UInt8]? {
        // The query holds the hash of a body that is no form.
        Array("\(url)?\(request.query ?? "")".utf8) + ((try? signedFields(of: request)) ?? request.body)
    }

    /// What is signed behind the URL.
    private func signedFields(of request: SourceRequest) throws(VerificationError) -> [UInt8] {
        let hashes = (request.query ?? "").split(separator: "&").filter { $0.hasPrefix("bodySHA256=") }
        guard hashes.isEmpty else {
            guard hashes.count == 1, let hash = Hex.decode(String(hashes[0].dropFirst("bodySHA256=".utf8.count))),
                constantTimeEqual(hash, SHA256.hash(request.body))
            else { throw .signatureMismatch }
            return []
        }
        // Without the hash the signature would not cover any other body.
        guard request.isForm, let form = try? FormFields(request.body) else { throw .signatureMismatch }
        var values: [[UInt8]: Set<[UInt8]>] = [:]
        for field in form.fields { values[field.name, default: []].insert(field.value) }
        var signed: [UInt8] = []
        for (name, values) in values.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            for value in values.sorted(by: { $0.lexicographicallyPrecedes($1) }) { signed += name + value }
        }
        return signed
    }

    /// `url` as it is, and with the port that it leaves out, or without the one it has.
    static func spellings(of url: String) -> [String] {
        guard let scheme = url.firstRange(of: "://") else { return [url] }
        let rest = url[scheme.upperBound...]
        let authority = rest.prefix { $0 != "/" }
        let path = rest[authority.endIndex...]
        let start = url[..<scheme.upperBound]
        // A colon inside the brackets of an IPv6 address is none of a port.
        if let colon = authority.lastIndex(of: ":"), !authority[colon...].contains("]") {
            return [url, "\(start)\(authority[..<colon])\(path)"]
        }
        return [url, "\(start)\(authority):\(start == "https://" ? 443 : 80)\(path)"]
    }

    /// Which field says what happened, and what to put before it.
    private static let typeFields = [
        ("EventType", ""), ("StatusCallbackEvent", ""), ("MessageStatus", "message."), ("SmsStatus", "message."),
        ("RecordingStatus", "recording."), ("CallStatus", "call."), ("type", ""),
    ]

    /// `message.delivered`, `call.completed`, `onMessageAdded`; Event Streams send arrays: `events`.
    func read(_ content: SourceContent, of request: SourceRequest) -> SourceReading {
        var type: String?
        for (field, prefix) in Self.typeFields where type == nil {
            type = content.string(field).map { prefix + $0 }
        }
        if content.data.first(where: { $0 > 0x20 }) == UInt8(ascii: "[") { type = "events" }
        return .event(type: type, deliveryID: request.header("I-Twilio-Idempotency-Token"))
    }
}
