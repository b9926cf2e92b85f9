import WebhookCore
import WebhookStore

/// One delivery for people: a line a member, then its attempts.
enum DeliverySheet {
    static func text(_ delivery: StoredDelivery, attempts: [RecordedAttempt]) -> String {
        let lines = rows(delivery).map { name, value in
            "\(name)\(String(repeating: " ", count: nameWidth - name.count))\(TerminalText.line(value))"
        }
        var table = Table(["ATTEMPT", "AT", "CODE", "MS", "ERROR"], empty: "no attempt yet")
        table.rows = attempts.map { attempt in
            [
                "\(attempt.number)", attempt.sentAt.rfc3339(), attempt.responseCode.map(String.init) ?? "-",
                "\(Int(attempt.duration / .milliseconds(1)))", attempt.error ?? "",
            ]
        }
        var parts = [lines.joined(separator: "\n"), table.text]
        if let last = attempts.last {
            if let payload = last.requestPayload { parts.append("sent:\n\(TerminalText.lines(payload))") }
            if let body = last.responseBody, !body.isEmpty { parts.append("answered:\n\(TerminalText.lines(body))") }
        }
        return parts.joined(separator: "\n\n")
    }

    private static let nameWidth = 17

    private static func rows(_ delivery: StoredDelivery) -> [(String, String)] {
        [
            ("id", "\(delivery.id)"),
            ("subscription_id", "\(delivery.subscriptionID)"),
            ("event_id", delivery.eventID.map { "\($0)" } ?? "-"),
            ("event", delivery.eventName ?? "-"),
            ("status", delivery.status.rawValue),
            ("retry_count", "\(delivery.retryCount)"),
            ("next_retry_at", delivery.nextRetryAt?.rfc3339() ?? "-"),
            ("error", delivery.error ?? "-"),
            ("created_at", delivery.createdAt.rfc3339()),
            ("delivered_at", delivery.deliveredAt?.rfc3339() ?? "-"),
        ]
    }
}
