import Hummingbird
import JSONFilter
import WebhookCore
import WebhookStore

/// `GET /v1/stats` and `GET /v1/stats/health`.
struct StatsAPI: Sendable {
    /// What is shown when nobody says since when.
    private static let sinceDefault: Duration = .seconds(24 * 3_600)

    let store: StatsStore

    /// Attempts by hour and subscription, the newest hour first.
    func hours(_ call: Call) async throws -> Response {
        let page = try Page<StatsCursor>(call.query)
        let now = Timestamp.now
        let hours = try await store.hours(
            of: Self.subscription(call.query), tenant: call.tenant(),
            since: Self.time("since", call.query) ?? now - Self.sinceDefault,
            until: Self.time("until", call.query) ?? now + Self.sinceDefault, after: page.after,
            limit: page.fetchLimit, deadline: call.deadline.remaining)
        return page.response(hours, cursor: \.cursor) { $1.stats($0) }
    }

    /// State, queue and recent success of each subscription.
    func health(_ call: Call) async throws -> Response {
        let page = try Page<SubscriptionID>(call.query)
        let rows: [SubscriptionHealth]
        if let subscription = try Self.subscription(call.query) {
            let row = try await store.health(
                of: subscription, tenant: call.tenant(), deadline: call.deadline.remaining)
            guard let row else { throw Problem.notFound("there is no subscription \(subscription)") }
            rows = [row]
        } else {
            rows = try await store.health(
                tenant: call.tenant(), after: page.after, limit: page.fetchLimit, deadline: call.deadline.remaining)
        }
        return page.response(rows, cursor: \.subscriptionID) { $1.health($0) }
    }

    private static func subscription(_ query: Query) throws(Problem) -> SubscriptionID? {
        guard let text = query["subscription"] else { return nil }
        guard let id = SubscriptionID(text) else {
            throw .badRequest("subscription: must be the id of a subscription")
        }
        return id
    }

    private static func time(_ name: String, _ query: Query) throws(Problem) -> Timestamp? {
        guard let text = query[name] else { return nil }
        guard let time = Timestamp(rfc3339: text) else {
            throw .badRequest("\(name): must be a time like 2026-11-22T15:04:05Z")
        }
        return time
    }
}

extension JSONWriter {
    fileprivate mutating func stats(_ stats: DeliveryStats) {
        beginObject()
        name("subscription_id")
        string(stats.subscriptionID.description)
        name("hour")
        time(stats.hour)
        name("attempts")
        integer(stats.attempts)
        name("delivered")
        integer(stats.delivered)
        name("failed")
        integer(stats.failed)
        name("exhausted")
        integer(stats.exhausted)
        name("success_rate")
        double(stats.successRate)
        name("p50_ms")
        integer(stats.p50)
        name("p95_ms")
        integer(stats.p95)
        name("p99_ms")
        integer(stats.p99)
        endObject()
    }

    fileprivate mutating func health(_ health: SubscriptionHealth) {
        beginObject()
        name("subscription_id")
        string(health.subscriptionID.description)
        name("name")
        string(health.name)
        name("state")
        string(health.state)
        name("disabled_reason")
        string(health.disabledReason)
        name("queue_depth")
        integer(health.queueDepth)
        name("queue_depth_is_exact")
        bool(health.queueDepthIsExact)
        name("oldest_due_age_ms")
        integer(health.oldestDueAge.map { Int($0.wholeMilliseconds) })
        name("attempts_24h")
        integer(health.attempts)
        name("delivered_24h")
        integer(health.delivered)
        name("success_rate")
        if let rate = health.successRate { double(rate) } else { null() }
        name("last_error")
        string(health.lastError)
        name("last_error_at")
        time(health.lastErrorAt)
        endObject()
    }
}
