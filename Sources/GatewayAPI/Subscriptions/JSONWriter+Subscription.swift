import JSONFilter
import WebhookCore
import WebhookStore

extension JSONWriter {
    static func subscription(_ subscription: StoredSubscription, secret: SubscriptionSecret? = nil) -> JSONWriter {
        var writer = JSONWriter(reservingCapacity: 1_024)
        writer.subscription(subscription, secret: secret)
        return writer
    }

    static func testOutcome(_ outcome: TestOutcome) -> JSONWriter {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("delivered")
        writer.bool(outcome.isDelivered)
        writer.name("response_code")
        writer.integer(outcome.statusCode)
        writer.name("duration_ms")
        writer.integer(Int(outcome.duration / .milliseconds(1)))
        writer.name("error")
        writer.string(outcome.error)
        writer.endObject()
        return writer
    }

    /// - Parameter secret: only in the answer to whoever has just had it made.
    mutating func subscription(_ subscription: StoredSubscription, secret: SubscriptionSecret? = nil) {
        beginObject()
        name("id")
        string(subscription.id.description)
        name("tenant")
        string(subscription.tenant)
        settings(subscription.settings)
        name("active")
        bool(subscription.isActive)
        name("failure_count")
        integer(subscription.failureCount)
        name("disabled_reason")
        string(subscription.disabledReason)
        name("created_at")
        time(subscription.createdAt)
        name("updated_at")
        time(subscription.updatedAt)
        if let secret {
            name("secret")
            string(secret.text)
        }
        endObject()
    }

    /// As they were set: `null` stands for the default of the gateway, the worker or the profile.
    private mutating func settings(_ settings: SubscriptionSettings) {
        name("name")
        string(settings.name)
        name("url")
        string(settings.url.text)
        name("events")
        beginArray()
        for pattern in settings.events { string(pattern.text) }
        endArray()
        name("profile")
        string(settings.profile.rawValue)
        name("queue_mode")
        string(settings.queueMode?.rawValue)
        name("event_order")
        string(settings.eventOrder?.rawValue)
        name("batch_size")
        integer(settings.batchSize)
        name("batch_interval")
        string(settings.batchInterval.map(DurationText.format))
        name("custom_headers")
        raw(settings.customHeaders.json)
        name("max_retries")
        integer(settings.maxRetries)
        name("timeout")
        string(DurationText.format(settings.timeout))
        name("concurrency")
        integer(settings.concurrency)
        name("rate_limit")
        raw(Array((settings.rateLimit.map(decimalText) ?? "null").utf8))
        name("rate_burst")
        integer(settings.rateBurst)
        name("ordering")
        string(settings.ordering.text)
        name("disable_on_gone")
        if let disablesOnGone = settings.disablesOnGone { bool(disablesOnGone) } else { null() }
    }
}
