import JSONFilter
import WebhookStore

extension JSONWriter {
    /// The members of the HTTP API, under the same names.
    ///
    /// - Parameter key: the key itself, only when it is new.
    mutating func apiKey(_ stored: APIKey, key: String? = nil) {
        beginObject()
        name("id")
        string("\(stored.id)")
        name("name")
        string(stored.name)
        name("role")
        string(stored.role.rawValue)
        name("tenant")
        string(stored.tenant)
        name("prefix")
        string(stored.prefix)
        name("created_at")
        time(stored.createdAt)
        if let key {
            name("key")
            string(key)
        }
        endObject()
    }
}
