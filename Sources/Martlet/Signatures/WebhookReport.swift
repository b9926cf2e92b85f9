import GatewayAPI
import JSONFilter
import WebhookCore

/// What a receiver got, in words.
enum WebhookReport {
    private static let bodyIndentation = "    "

    /// A block for people: when, which event, which delivery, whether it verified, and the body.
    static func text(_ webhook: ReceivedWebhook) -> String {
        let time = webhook.receivedAt.rfc3339()
        let event = webhook.eventName ?? "(no X-Webhook-Event)"
        let delivery = webhook.deliveryID.map { "delivery \($0)" } ?? "(no X-Delivery-ID)"
        let heading = "\(time)  \(event)  \(delivery)  \(webhook.verification.text)"
        let body = TerminalText.lines(PrettyJSON.text(webhook.body)).split(
            separator: "\n", omittingEmptySubsequences: false)
        return ([TerminalText.line(heading)] + body.map { bodyIndentation + $0 }).joined(separator: "\n")
    }

    /// One line for machines. `verified` is null where there was no secret to verify with; `body` is a string, so that
    /// it is what was signed.
    static func json(_ webhook: ReceivedWebhook) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("received_at")
        writer.time(webhook.receivedAt)
        writer.name("event")
        writer.string(webhook.eventName)
        writer.name("delivery_id")
        writer.string(webhook.deliveryID)
        writer.name("verified")
        if let isVerified = webhook.verification.isVerified { writer.bool(isVerified) } else { writer.null() }
        writer.name("error")
        writer.string(webhook.verification.error?.description)
        writer.name("headers")
        writer.beginArray()
        for header in webhook.headers {
            writer.beginArray()
            writer.string(header.name)
            writer.string(header.value)
            writer.endArray()
        }
        writer.endArray()
        writer.name("body")
        writer.string(String(decoding: webhook.body, as: UTF8.self))
        writer.endObject()
        return writer.bytes
    }
}

extension ReceivedWebhook.Verification {
    /// `nil`: there was no secret to verify with.
    var isVerified: Bool? {
        switch self {
        case .verified: true
        case .refused: false
        case .notChecked: nil
        }
    }

    var error: VerificationError? {
        if case .refused(let error) = self { error } else { nil }
    }

    fileprivate var text: String {
        switch self {
        case .verified: "✓ verified"
        case .refused(let error): "✗ not verified: \(error)"
        case .notChecked: "(not checked: no secret given)"
        }
    }
}
