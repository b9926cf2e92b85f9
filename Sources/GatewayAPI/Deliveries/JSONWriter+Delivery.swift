public import JSONFilter
import WebhookCore
public import WebhookStore

extension JSONWriter {
    /// - Parameter attempts: `nil` in lists.
    public mutating func delivery(_ delivery: StoredDelivery, attempts: [RecordedAttempt]? = nil) {
        beginObject()
        name("id")
        string(delivery.id.description)
        name("subscription_id")
        string(delivery.subscriptionID.description)
        name("event_id")
        string(delivery.eventID?.description)
        name("event")
        string(delivery.eventName)
        name("status")
        string(delivery.status.rawValue)
        name("retry_count")
        integer(delivery.retryCount)
        name("next_retry_at")
        time(delivery.nextRetryAt)
        name("error")
        string(delivery.error)
        name("created_at")
        time(delivery.createdAt)
        name("delivered_at")
        time(delivery.deliveredAt)
        if let attempts {
            name("attempts")
            beginArray()
            for attempt in attempts { self.attempt(attempt) }
            endArray()
        }
        endObject()
    }

    private mutating func attempt(_ attempt: RecordedAttempt) {
        beginObject()
        name("attempt")
        integer(attempt.number)
        name("created_at")
        time(attempt.sentAt)
        name("request_url")
        string(attempt.requestURL)
        name("request_headers")
        if let headers = attempt.requestHeaders { raw(headers) } else { null() }
        name("request_payload")
        string(attempt.requestPayload)
        name("response_code")
        integer(attempt.responseCode)
        name("response_body")
        string(attempt.responseBody)
        name("duration_ms")
        integer(Int(attempt.duration / .milliseconds(1)))
        name("error")
        string(attempt.error)
        endObject()
    }
}
