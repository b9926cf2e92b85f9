import JSONFilter
import WebhookCore

extension JSONWriter {
    /// A string, or `null`.
    mutating func string(_ text: String?) {
        if let text { string(text) } else { null() }
    }

    /// An integer, or `null`.
    mutating func integer(_ value: Int?) {
        if let value { integer(value) } else { null() }
    }

    /// RFC 3339 in UTC.
    mutating func time(_ time: Timestamp) {
        string(time.rfc3339())
    }

    /// Whole seconds, or `null`.
    mutating func seconds(_ duration: Duration?) {
        integer(duration.map { Int($0.components.seconds) })
    }
}
