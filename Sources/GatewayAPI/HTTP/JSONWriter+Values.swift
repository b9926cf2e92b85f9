import JSONFilter
import WebhookCore

extension JSONWriter {
    /// A string, or `null`.
    mutating func string(_ text: String?) {
        if let text { string(text) } else { null() }
    }

    mutating func integer(_ value: Int?) {
        if let value { integer(value) } else { null() }
    }

    /// RFC 3339 in UTC, or `null`.
    mutating func time(_ time: Timestamp?) {
        string(time?.rfc3339())
    }
}
