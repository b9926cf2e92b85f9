import WebhookCore
import WebhookStore

/// One subscription for people: a line a setting.
enum SubscriptionSheet {
    static func text(_ subscription: StoredSubscription, secret: SubscriptionSecret?) -> String {
        var lines = rows(subscription).map { name, value in
            "\(name)\(String(repeating: " ", count: nameWidth - name.count))\(TerminalText.line(value))"
        }
        if let secret { lines.append("\nsecret (shown this once): \(secret.text)") }
        return lines.joined(separator: "\n")
    }

    private static let nameWidth = 17

    private static func rows(_ subscription: StoredSubscription) -> [(String, String)] {
        let settings = subscription.settings
        return [
            ("id", "\(subscription.id)"),
            ("tenant", subscription.tenant),
            ("name", settings.name),
            ("url", settings.url.text),
            ("events", settings.events.map(\.text).joined(separator: " ")),
            ("profile", settings.profile.rawValue),
            ("queue_mode", settings.queueMode?.rawValue ?? "default"),
            ("event_order", settings.eventOrder?.rawValue ?? "default"),
            ("batch_size", "\(settings.batchSize)"),
            ("batch_interval", settings.batchInterval.map(DurationText.format) ?? "none"),
            (
                "custom_headers",
                settings.customHeaders.fields.map { "\($0.name): \($0.value)" }.joined(separator: ", ")
            ),
            ("max_retries", "\(settings.maxRetries)"),
            ("timeout", DurationText.format(settings.timeout)),
            ("concurrency", settings.concurrency.map(String.init) ?? "default"),
            ("rate_limit", settings.rateLimit.map { "\(decimalText($0))/s" } ?? "none"),
            ("rate_burst", settings.rate.map { "\($0.burst)" } ?? "default"),
            ("ordering", settings.ordering.text),
            ("disable_on_gone", "\(settings.disablesOnGone ?? settings.profile.disablesOnGone)"),
            ("state", subscription.stateText),
            ("failure_count", "\(subscription.failureCount)"),
            ("created_at", subscription.createdAt.rfc3339()),
            ("updated_at", subscription.updatedAt.rfc3339()),
        ]
    }
}

extension StoredSubscription {
    /// `active`, or `inactive` and why.
    var stateText: String {
        if isActive { return "active" }
        return disabledReason.map { "inactive: \($0)" } ?? "inactive"
    }
}
