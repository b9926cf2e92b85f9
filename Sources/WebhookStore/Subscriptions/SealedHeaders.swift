internal import GatewayCrypto
internal import JSONFilter
internal import WebhookCore

/// Custom headers whose names look like credentials are encrypted at rest; wherever they are shown, their values are
/// masked.
public enum SealedHeaders {
    /// Stands for a value that is not shown. Sent back in a change, it keeps the value there is.
    public static let mask = "***"

    private static let words = [
        "auth", "cookie", "credential", "hash", "key", "password", "salt", "secret", "signature", "token",
    ]

    public static func isSensitive(_ name: String) -> Bool {
        let lowercased = name.lowercased()
        return words.contains { lowercased.contains($0) }
    }

    /// Parts headers into what may be seen and what is sealed.
    static func split(_ headers: CustomHeaders) -> (visible: CustomHeaders, hidden: CustomHeaders) {
        let visible = headers.fields.map { isSensitive($0.name) ? HeaderField($0.name, mask) : $0 }
        return (CustomHeaders(stored: visible), CustomHeaders(stored: headers.fields.filter { isSensitive($0.name) }))
    }

    /// Puts the hidden values back in their places.
    static func join(visible: CustomHeaders, hidden: CustomHeaders) -> CustomHeaders {
        var values: [String: String] = [:]
        for field in hidden.fields { values[field.name.lowercased()] = field.value }
        return CustomHeaders(
            stored: visible.fields.map { field in
                guard field.value == mask, let value = values[field.name.lowercased()] else { return field }
                return HeaderField(field.name, value)
            })
    }
}
