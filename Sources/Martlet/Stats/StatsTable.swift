import JSONFilter
import WebhookCore
import WebhookStore

/// How rows of the statistics are printed, for people and for machines.
protocol StatsTable {
    associatedtype Row

    static var headings: [String] { get }
    static func cells(_ row: Row) -> [String]
    static func write(_ row: Row, to writer: inout JSONWriter)
}

/// A line for each subscription.
enum HealthTable: StatsTable {
    static let headings = [
        "ID", "NAME", "STATE", "QUEUE", "OLDEST DUE", "ATTEMPTS 24H", "DELIVERED", "SUCCESS", "LAST ERROR",
    ]

    static func cells(_ row: SubscriptionHealth) -> [String] {
        [
            "\(row.subscriptionID)", row.name, row.state, "\(row.queueDepth)\(row.queueDepthIsExact ? "" : "+")",
            row.oldestDueAge.map { "\($0.components.seconds)s" } ?? "–", "\(row.attempts)", "\(row.delivered)",
            row.successRate.map(percent) ?? "–",
            row.lastError.map { "\($0) (\(row.lastErrorAt?.rfc3339() ?? ""))" } ?? "–",
        ]
    }

    static func write(_ row: SubscriptionHealth, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.name("subscription_id")
        writer.string(row.subscriptionID.description)
        writer.name("name")
        writer.string(row.name)
        writer.name("state")
        writer.string(row.state)
        writer.name("disabled_reason")
        writer.string(row.disabledReason)
        writer.name("queue_depth")
        writer.integer(row.queueDepth)
        writer.name("queue_depth_is_exact")
        writer.bool(row.queueDepthIsExact)
        writer.name("oldest_due_age_ms")
        writer.integer(row.oldestDueAge.map { Int($0.wholeMilliseconds) })
        writer.name("attempts_24h")
        writer.integer(row.attempts)
        writer.name("delivered_24h")
        writer.integer(row.delivered)
        writer.name("success_rate")
        if let rate = row.successRate { writer.double(rate) } else { writer.null() }
        writer.name("last_error")
        writer.string(row.lastError)
        writer.name("last_error_at")
        writer.string(row.lastErrorAt?.rfc3339())
        writer.endObject()
    }
}

/// A line for each hour and subscription.
enum HourTable: StatsTable {
    static let headings = ["HOUR", "ID", "ATTEMPTS", "DELIVERED", "FAILED", "SUCCESS", "P50 MS", "P95 MS", "P99 MS"]

    static func cells(_ row: DeliveryStats) -> [String] {
        [
            row.hour.rfc3339(), "\(row.subscriptionID)", "\(row.attempts)", "\(row.delivered)", "\(row.failed)",
            percent(row.successRate), "\(row.p50)", "\(row.p95)", "\(row.p99)",
        ]
    }

    static func write(_ row: DeliveryStats, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.name("subscription_id")
        writer.string(row.subscriptionID.description)
        writer.name("hour")
        writer.time(row.hour)
        writer.name("attempts")
        writer.integer(row.attempts)
        writer.name("delivered")
        writer.integer(row.delivered)
        writer.name("failed")
        writer.integer(row.failed)
        writer.name("exhausted")
        writer.integer(row.exhausted)
        writer.name("success_rate")
        writer.double(row.successRate)
        writer.name("p50_ms")
        writer.integer(row.p50)
        writer.name("p95_ms")
        writer.integer(row.p95)
        writer.name("p99_ms")
        writer.integer(row.p99)
        writer.endObject()
    }
}

/// 0.98765 is 98.76 %: cut, not rounded, so that only all is 100 %.
private func percent(_ share: Double) -> String {
    let hundredths = Int(share * 10_000)
    let fraction = hundredths % 100
    return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction) %"
}
