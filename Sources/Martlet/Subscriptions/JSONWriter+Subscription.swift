import JSONFilter
import WebhookCore
import WebhookStore

extension JSONWriter {
    /// The members of the HTTP API, under the same names.
    ///
    /// - Parameter secret: only when it is new.
    mutating func subscription(_ subscription: StoredSubscription, secret: SubscriptionSecret? = nil) {
        let settings = subscription.settings
        beginObject()
        name("id")
        string("\(subscription.id)")
        name("tenant")
        string(subscription.tenant)
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
        seconds(settings.batchInterval)
        name("custom_headers")
        raw(settings.customHeaders.json)
        name("max_retries")
        integer(settings.maxRetries)
        name("timeout")
        seconds(settings.timeout)
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
}
